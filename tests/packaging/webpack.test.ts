/** webpack 5. */
import { pageTests } from "./support/page-tests.js";

pageTests({
  name: "webpack",
  folder: "webpack",
  build: ({ build }) => build("webpack-cli/bin/cli.js"),
  missing: /cli\.js failed: [^]*"\.\/absent" is not exported/,
});
