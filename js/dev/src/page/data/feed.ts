/**
 * Owns: the one stream from the collector: what arrives, and whether it is there at all.
 * Invariants: at most one connection (a browser gives an origin six, and every open page holds one); none while the page is
 * hidden; after a break the stream goes on where it was, so nothing is missed or told twice.
 * Tested in: tests/viewer/live.test.ts and gone.test.ts.
 */
import type { StreamEntries } from "../../api-types.js";
import { parametersOf, type Filter } from "./filters.js";

export interface FeedHandlers {
  entries(arrival: StreamEntries): void;
  flows(): void;
  instances(): void;
  /** Is the collector there? Told at each change. */
  connected(is: boolean): void;
}

const RETRY_MS = 1_000;

/** See the head of the module. */
export class Feed {
  readonly #handlers: FeedHandlers;
  #source: EventSource | null = null;
  #wanted: { filter: Filter; cursor: number } | null = null;
  #retry = 0;

  constructor(handlers: FeedHandlers) {
    this.#handlers = handlers;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#disconnect() : this.#connect()));
  }

  /** Follows the entries that pass the filter and come after the cursor. */
  open(filter: Filter, cursor: number): void {
    this.#wanted = { filter, cursor };
    this.#disconnect();
    this.#connect();
  }

  #disconnect(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #connect(): void {
    const wanted = this.#wanted;
    if (wanted === null || this.#source !== null || document.hidden) return;
    const parameters = parametersOf(wanted.filter);
    parameters.set("after", String(wanted.cursor));
    const source = new EventSource(`/api/stream?${parameters}`);
    this.#source = source;
    source.addEventListener("open", () => this.#handlers.connected(true));
    source.addEventListener("entries", (event) => {
      const arrival = JSON.parse(String(event.data)) as StreamEntries;
      wanted.cursor = Math.max(wanted.cursor, arrival.cursor);
      this.#handlers.entries(arrival);
    });
    source.addEventListener("flows", () => this.#handlers.flows());
    source.addEventListener("instances", () => this.#handlers.instances());
    source.addEventListener("error", () => {
      // Connecting anew by hand, and not as the browser would: it gives up for good on an answer that is no stream.
      this.#disconnect();
      this.#handlers.connected(false);
      this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
    });
  }
}

/** A filter that no entry passes: for views that only want to hear of flows and loggers. */
export const NO_ENTRIES: Filter = { from: String(8.64e15) };
