/** The shared table: what the server does. */
import { playAll } from "./scenarios.js";

playAll("faults");
