/** What a user of `sapwood/slim` writes. Compiled by types.test.ts, never run. */

import core from "sapwood/core.wasm";
import { createLogger, type CoreSource, type RootLogger } from "sapwood/slim";

const fetched: CoreSource = () => WebAssembly.compileStreaming(fetch("/core.wasm"));
export const loggers: RootLogger[] = [createLogger({ source: "shop" }, core), createLogger({ source: "shop" }, fetched)];
// @ts-expect-error a core is required
createLogger({ source: "shop" });
