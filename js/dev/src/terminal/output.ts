/**
 * Owns: writing lines to a terminal or a pipe that may take them slowly or not at all.
 * Invariants: a write never blocks and never throws; what waits is bounded; lines that were left out are counted and told.
 * Tested in: tests/collector/tail.test.ts.
 */
import type { Writable } from "node:stream";
import { TERMINAL_WAITING_BYTES_MAX } from "../limits.js";

export class LineOutput {
  #skipped = 0;
  #gone = false;

  constructor(private readonly stream: Writable) {
    unblock(stream);
    // Whoever read the lines may go away (`| head`, a closed terminal); the collector goes on without them.
    stream.on("error", () => (this.#gone = true));
    stream.on("drain", () => this.#tellSkipped());
  }

  /** Will more than this be taken soon? False while the stream is full; true again when it says so. */
  get isReady(): boolean {
    return !this.#gone && !this.stream.writableNeedDrain;
  }

  /** Is nobody there any more? */
  get isGone(): boolean {
    return this.#gone || this.stream.destroyed;
  }

  /** Calls back whenever there is room again. */
  onReady(callback: () => void): void {
    this.stream.on("drain", callback);
  }

  /** Writes lines (with their line feeds) that belong together; leaves them out while too much waits. */
  write(text: string): void {
    if (this.isGone || text === "") return;
    if (this.stream.writableLength > TERMINAL_WAITING_BYTES_MAX) this.#skipped += 1;
    else this.stream.write(text);
  }

  #tellSkipped(): void {
    if (this.#skipped === 0) return;
    const skipped = this.#skipped;
    this.#skipped = 0;
    this.stream.write(skippedLine(skipped));
  }
}

/** What is said in place of lines that were left out. */
export function skippedLine(count: number): string {
  return `… ${count} ${count === 1 ? "line" : "lines"} skipped\n`;
}

/**
 * Node makes writes to a terminal block, so that Ctrl-S there would stop the whole process, the intake included; pipes do
 * not block anyway. The switch is no public interface: without it all is as it was.
 */
function unblock(stream: Writable): void {
  const { isTTY, _handle: handle } = stream as { isTTY?: boolean; _handle?: { setBlocking?: (blocking: boolean) => unknown } };
  if (isTTY === true) handle?.setBlocking?.(false);
}
