/**
 * One client under load: it sends batch after batch at its pace, one at a time, and each until it is answered with 200, with
 * the same id and the same bytes, as the real client does.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Random } from "../support/random.js";
import { realisticEntry, requestOf, type Form, type Request } from "./entries.js";

/** Entries in a batch. */
export const BATCH = 100;

/** Between two tries of a batch. */
const RETRY_MS = 200;

/** How long one try may take. */
const TRY_MS_MAX = 10_000;

export class Sender {
  readonly instance: string;
  /** How long each answered try took, in ms. */
  readonly latencies: number[] = [];
  /** Entries of batches that were answered with 200: always the first so many. */
  acknowledged = 0;
  retries = 0;
  /** What should not be: answers other than 200 and 503. */
  readonly faults: string[] = [];
  readonly #random: Random;

  constructor(
    private readonly number: number,
    private readonly form: Form,
    private readonly endpoint: string,
  ) {
    this.instance = `load-${number}`;
    this.#random = new Random(number + 1);
  }

  /** Sends `count` batches, one each `intervalMs` from `begin` on (performance.now()); late ones without a pause. */
  async send(count: number, intervalMs: number, begin: number): Promise<void> {
    for (let index = 0; index < count && this.faults.length === 0; index += 1) {
      const due = begin + index * intervalMs;
      // The pace of the load, and no waiting for something to have happened.
      if (performance.now() < due) await sleep(due - performance.now());
      await this.#deliver(this.#batch(index));
      this.acknowledged += BATCH;
    }
  }

  #batch(index: number): Request {
    const first = index * BATCH + 1;
    const last = first + BATCH - 1;
    const logs = Array.from({ length: BATCH }, (_, offset) => realisticEntry(first + offset, this.number, this.#random));
    const resource = { source: `shop-${this.number % 3}`, environment: "load", version: "1.4.2", userAgent: "load" };
    const header = { id: `${this.instance}-${index}`, instance: this.instance, firstSeq: first, lastSeq: last, sentAt: Date.now(), attempt: 1, accepted: last, resource };
    return requestOf(this.form, header, logs);
  }

  async #deliver({ body, type }: Request): Promise<void> {
    const giveUp = performance.now() + 60_000;
    while (performance.now() < giveUp) {
      const begun = performance.now();
      const status = await this.#try(body, type);
      if (status === 200) {
        this.latencies.push(performance.now() - begun);
        return;
      }
      if (status !== null && status !== 503) return void this.faults.push(`${this.instance} was answered with ${status}`);
      this.retries += 1;
      await sleep(RETRY_MS);
    }
    this.faults.push(`${this.instance} was not answered for a minute`);
  }

  /** The status, or null where there was no answer. */
  async #try(body: Uint8Array<ArrayBuffer>, type: string): Promise<number | null> {
    try {
      const response = await fetch(this.endpoint, { method: "POST", body, headers: { "content-type": type }, signal: AbortSignal.timeout(TRY_MS_MAX) });
      const answer = (await response.json()) as { count?: number; duplicates?: number };
      const counted = (answer.count ?? 0) + (answer.duplicates ?? 0);
      if (response.status === 200 && counted !== BATCH) this.faults.push(`${this.instance} was told of ${counted} entries`);
      return response.status;
    } catch {
      return null;
    }
  }
}
