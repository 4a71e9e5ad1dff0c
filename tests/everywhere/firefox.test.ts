/** Firefox: the scenarios in a page and in each kind of worker. */
import { browserTests } from "../runtimes/support/browsers.js";

browserTests("firefox", "Firefox");
