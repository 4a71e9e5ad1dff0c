/** What a user of the entries writes that hold their core statically. Compiled by types.test.ts, never run. */

import { createLogger as createScripted, type LoggerOptions } from "sapwood/js";
import { createLogger, SapwoodError, type Flow, type RootLogger, type StaticOptions } from "sapwood/static";

const options: StaticOptions = { source: "shop", endpoint: "https://logs.example.com/v1/logs", captureErrors: true };
export const log: RootLogger = createLogger(options);
export const flow: Flow = log.flow("checkout").info("Cart validated");
export const scripted: RootLogger = createScripted({ source: "shop" } satisfies LoggerOptions);
export const known = (error: unknown): boolean => error instanceof SapwoodError;
// @ts-expect-error no other core is loaded on demand
createLogger({ source: "shop", core: "js" });
// @ts-expect-error nor the one with a journal
createLogger({ source: "shop", offline: "persist" });
