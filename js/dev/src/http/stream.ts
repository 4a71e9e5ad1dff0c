/**
 * Owns: `GET /api/stream`: what arrives, as server-sent events, to every reader at its own pace.
 * How: a reader holds a cursor and nothing else. Ten times a second those that can take something get the newest matching
 * entries since then, at most one page; what did not fit, or came while the socket was full, is counted as skipped.
 * Invariants: memory and work are bounded however much arrives and however slow a reader is: one event is under way for each,
 * one round takes a bounded time, and the number of readers is bounded; a stream ends with the collector.
 * Tested in: tests/collector/stream.test.ts.
 */
import type { ServerResponse } from "node:http";
import type { StreamEntries } from "../api-types.js";
import type { Filter } from "../filter.js";
import {
  STREAM_COUNT_IDS, STREAM_ENTRIES, STREAM_HEARTBEAT_MS, STREAM_NEWS_MS, STREAM_ROUND_MS, STREAM_TICK_MS, STREAMS_MAX,
} from "../limits.js";
import type { Database } from "../store/database.js";
import { countMatching, newestEntries } from "../store/queries.js";
import type { Totals } from "../store/totals.js";

interface Reader {
  readonly response: ServerResponse;
  readonly filter: Filter;
  /** Everything up to here was sent, counted as skipped, or does not match. */
  cursor: number;
  /** Up to here was counted, and this many match. */
  countedTo: number;
  matching: number;
  /** The socket holds an event that it has not passed on. */
  full: boolean;
  /** News that it was not told yet. */
  readonly news: Set<News>;
  newsAt: number;
  heardAt: number;
}

/** What else one can be told of. */
export type News = "flows" | "instances";

export class StreamHub {
  readonly #readers = new Set<Reader>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    private readonly totals: Totals,
  ) {}

  /** Is there no room for one more? */
  get isFull(): boolean {
    return this.#readers.size >= STREAMS_MAX;
  }

  /** Makes the response a stream that begins after `cursor`, or with what comes next. */
  add(response: ServerResponse, filter: Filter, cursor: number | undefined): void {
    response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
    });
    const from = Math.min(cursor ?? this.totals.lastEntry, this.totals.lastEntry);
    const now = performance.now();
    const reader: Reader = { response, filter, cursor: from, countedTo: from, matching: 0, full: false, news: new Set(), newsAt: 0, heardAt: now };
    this.#readers.add(reader);
    response.on("drain", () => (reader.full = false));
    response.on("close", () => this.#readers.delete(reader));
    // At once, so that the reader sees that it is connected.
    this.#write(reader, ":\n\n", now);
    this.#timer ??= setInterval(() => this.#round(), STREAM_TICK_MS).unref();
  }

  /** Something of this kind changed. */
  tell(news: News): void {
    for (const reader of this.#readers) reader.news.add(news);
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const { response } of this.#readers) response.destroy();
    this.#readers.clear();
  }

  /** Serves the readers one after the other; whom the time did not reach comes first in the next round. */
  #round(): void {
    if (this.#readers.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    const begun = performance.now();
    for (const reader of [...this.#readers]) {
      const now = performance.now();
      if (now - begun > STREAM_ROUND_MS) return;
      try {
        this.#serve(reader, now);
      } catch (error) {
        // Its end, and not that of the process.
        process.stderr.write(`sapwood-dev: a stream failed: ${error instanceof Error ? error.message : "unknown error"}\n`);
        reader.response.destroy();
      }
      this.#readers.delete(reader);
      if (!reader.response.destroyed) this.#readers.add(reader);
    }
  }

  #serve(reader: Reader, now: number): void {
    this.#count(reader);
    if (reader.full) return;
    if (reader.countedTo === this.totals.lastEntry && reader.countedTo > reader.cursor) this.#sendEntries(reader, now);
    if (reader.news.size > 0 && now - reader.newsAt >= STREAM_NEWS_MS) {
      this.#write(reader, [...reader.news].map((news) => `event: ${news}\ndata: {}\n\n`).join(""), now);
      reader.news.clear();
      reader.newsAt = now;
    }
    if (now - reader.heardAt >= STREAM_HEARTBEAT_MS) this.#write(reader, ":\n\n", now);
  }

  /** Counts what matches among what is new, a bounded piece at a time. A reader far behind is so served some rounds later. */
  #count(reader: Reader): void {
    const to = Math.min(this.totals.lastEntry, reader.countedTo + STREAM_COUNT_IDS);
    if (to === reader.countedTo) return;
    reader.matching += countMatching(this.db, reader.filter, reader.countedTo, to);
    reader.countedTo = to;
  }

  #sendEntries(reader: Reader, now: number): void {
    const { filter, cursor, countedTo, matching } = reader;
    reader.cursor = countedTo;
    reader.matching = 0;
    if (matching === 0) return;
    const entries = newestEntries(this.db, filter, cursor, countedTo, STREAM_ENTRIES);
    const event: StreamEntries = { entries, cursor: countedTo, skipped: Math.max(0, matching - entries.length) };
    this.#write(reader, `event: entries\nid: ${countedTo}\ndata: ${JSON.stringify(event)}\n\n`, now);
  }

  #write(reader: Reader, text: string, now: number): void {
    reader.heardAt = now;
    if (!reader.response.write(text)) reader.full = true;
  }
}
