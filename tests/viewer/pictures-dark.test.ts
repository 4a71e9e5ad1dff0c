/** A picture of each view in dark. */
import { test } from "node:test";
import { makePictures } from "./support/pictures.js";

test("each view has its picture in dark, wide and narrow", (t) => makePictures(t, "dark", [[1600], [400]]));
