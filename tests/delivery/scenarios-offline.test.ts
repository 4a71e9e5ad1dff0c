/** The shared table: a line that is gone, and a browser that is. */
import { playAll } from "./scenarios.js";

playAll("offline", "kill");
