/**
 * Owns: asking for the same thing again and again, one question at a time and not too often.
 * Invariants: a call while a question is under way makes one more follow, and so does a question without an answer, unless it
 * was refused; after `stop` no answer is used.
 * Tested in: tests/viewer/gone.test.ts and flows.test.ts.
 */
import { Refusal } from "./api.js";

/** See the head of the module. */
export class Refresher<Answer> {
  readonly #ask: () => Promise<Answer>;
  readonly #use: (answer: Answer) => void;
  readonly #failed: (error: unknown) => void;
  readonly #pauseMs: number;
  #running = false;
  #again = false;
  #generation = 0;
  #timer = 0;

  constructor(pauseMs: number, ask: () => Promise<Answer>, use: (answer: Answer) => void, failed: (error: unknown) => void) {
    this.#pauseMs = pauseMs;
    this.#ask = ask;
    this.#use = use;
    this.#failed = failed;
  }

  /** Asks now; `anew` makes the answer to an earlier question worthless. */
  request(anew = false): void {
    if (anew) {
      this.stop();
      this.#running = false;
    }
    if (this.#running) this.#again = true;
    else void this.#run(this.#generation);
  }

  stop(): void {
    this.#generation += 1;
    this.#again = false;
    this.#running = false;
    clearTimeout(this.#timer);
  }

  async #run(generation: number): Promise<void> {
    this.#running = true;
    this.#again = false;
    try {
      const answer = await this.#ask();
      if (generation !== this.#generation) return;
      this.#use(answer);
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#failed(error);
      this.#again ||= !(error instanceof Refusal);
    }
    this.#timer = setTimeout(() => {
      this.#running = false;
      if (this.#again) void this.#run(generation);
    }, this.#pauseMs);
  }
}
