/** A picture of each view in light, and that it is the same the second time. See support/pictures.ts for those of the README. */
import { test } from "node:test";
import { makePictures } from "./support/pictures.js";

test("each view has its picture in light, wide and narrow, and it is the same the second time", (t) => makePictures(t, "light", [[1280], [1600], [400], [1280, true]]));
