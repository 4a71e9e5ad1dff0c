/**
 * The core as JavaScript: the same one, translated (docs/size.md). A file of its own, loaded when a page's policy refuses WebAssembly.
 *
 * Owns: its instances. Tested in `tests/browser/policy.test.ts`.
 */

import { instantiate } from "../../generated/core-script.js";
import { connect } from "../../generated/glue-script.js";
import type { CoreModule } from "../protocol.js";

/** A new instance. */
export function script(): CoreModule {
  return { ...connect(instantiate), _script: true };
}
