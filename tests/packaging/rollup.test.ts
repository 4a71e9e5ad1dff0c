/** Rollup, with the one plugin that finds packages. */
import { pageTests } from "./support/page-tests.js";

pageTests({
  name: "rollup",
  folder: "rollup",
  build: ({ build }) => build("rollup/dist/bin/rollup", "--config"),
  missing: /rollup failed: [^]*Could not resolve import "sapwood\/absent"/,
});
