/** 200 KB at close over a slow line. */
import { closeOver } from "./large.js";

closeOver("slow");
