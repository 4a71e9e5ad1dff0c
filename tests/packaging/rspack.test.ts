/** Rspack. */
import { pageTests } from "./support/page-tests.js";

pageTests({
  name: "rspack",
  folder: "rspack",
  build: ({ build }) => build("@rspack/cli/bin/rspack.js", "build"),
  missing: /rspack\.js failed: [^]*Package subpath '\.\/absent' is not defined by "exports"/,
});
