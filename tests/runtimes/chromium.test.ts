/** Chromium: the scenarios in a page and in each kind of worker. Other browsers: `tests/everywhere`. */
import { browserTests } from "./support/browsers.js";

browserTests("chromium", "Chromium");
