/**
 * The logger that `createLogger` gives. Owns: the methods that concern the whole family. Does not own: what they do (ending.ts).
 * Tested in `tests/facade/ending.test.ts`.
 */

import { ASYNC_DISPOSE } from "./dispose.js";
import { close, setConsent } from "./ending.js";
import { Logger } from "./logger.js";
import type { Consent, FlushOptions, FlushResult } from "./types.js";

/** The logger that `createLogger` gives: it can end. */
export class RootLogger extends Logger {
  setConsent(state: Consent): this {
    setConsent(this._engine, state);
    return this;
  }

  close(options?: FlushOptions): Promise<FlushResult> {
    return close(this._engine, options);
  }

  disconnect(options?: FlushOptions): Promise<FlushResult> {
    return this.close(options);
  }

  async [ASYNC_DISPOSE](): Promise<void> {
    await this.close();
  }
}
