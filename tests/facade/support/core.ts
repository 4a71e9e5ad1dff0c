/**
 * A core for tests: reads what crosses the boundary with a decoder that nobody here wrote, and keeps it.
 *
 * It delivers when `deliver` is called or a flush is asked for, counts as docs/boundary.md says, and can trap.
 */

import { decodeMulti, encode } from "@msgpack/msgpack";
import type { CoreModule, Loader } from "../../../js/src/protocol.js";
import { DECODING, deepMerge } from "./boundary.js";
import { FakeCore } from "./fake.js";

export { FakeCore };

export class FakeModule implements CoreModule, Loader {
  readonly _memory = new WebAssembly.Memory({ initial: 1 });
  readonly cores: FakeCore[] = [];
  readonly calls: string[] = [];
  /** What came through `entry`, as `receive` was told it. */
  readonly received: unknown[][] = [];
  readonly listening: number[] = [];
  /** Can the module be had at once, or in the background? */
  refuses = false;
  trapAtStart = false;
  /** The next call of this name, of those that are about no core, throws as a trap does. */
  trapAt: "reserve" | "merge" | undefined;
  starts = 0;
  /** Set: the module of a core with a journal. */
  _journal?: NonNullable<CoreModule["_journal"]>;
  /** Set: is there a better core on its way? */
  _awaited?: NonNullable<Loader["_awaited"]>;
  /** Set: the compilation in the background waits for it. */
  gate: Promise<void> | undefined;
  waiting = false;

  /** The only core that was started. */
  get core(): FakeCore {
    if (this.cores.length !== 1) throw new Error(`${this.cores.length} cores were started`);
    return this.cores[0]!;
  }

  _now(): CoreModule {
    this.starts++;
    if (this.refuses) throw new WebAssembly.CompileError("refused");
    return this;
  }

  async _later(): Promise<CoreModule> {
    this.waiting = true;
    await this.gate;
    return this._now();
  }

  #trap(name: FakeModule["trapAt"]): void {
    if (this.trapAt !== name) return;
    this.trapAt = undefined;
    throw new WebAssembly.RuntimeError("unreachable");
  }

  /** Grows at every call, up to a bound, so that a view that was kept would be detached. */
  _reserve(bytes: number): number {
    this.#trap("reserve");
    const pages = Math.ceil((bytes + 1024) / 65_536);
    const have = this._memory.buffer.byteLength / 65_536;
    this._memory.grow(Math.max(0, pages - have) || (have < 64 ? 1 : 0));
    return 1024;
  }

  read(length: number): unknown[] {
    return [...decodeMulti(new Uint8Array(this._memory.buffer, 1024, length), DECODING)];
  }

  _merge(length: number): number {
    this.#trap("merge");
    const merged = encode(this.read(length).reduce(deepMerge, {}));
    const at = this._reserve(merged.length);
    new Uint8Array(this._memory.buffer).set(merged, at);
    return merged.length;
  }

  _start(...args: Parameters<CoreModule["_start"]>): number {
    new FakeCore(this, ...args);
    return this.cores.length;
  }

  _listen(core: number): void {
    this.listening.push(core);
  }

  _receive(core: number, ...args: unknown[]): void {
    this.received.push([core, ...args]);
    this.cores[core - 1]!.trap("receive");
  }

  _records(core: number, ...args: Parameters<FakeCore["records"]>): void {
    this.cores[core - 1]!.records(...args);
  }

  _flush(core: number, ...args: Parameters<FakeCore["flush"]>): void {
    this.cores[core - 1]!.flush(...args);
  }

  _consent(core: number, state: number): void {
    this.cores[core - 1]!.consent(state);
  }

  _stat(core: number, index: number): number {
    const fake = this.cores[core - 1]!;
    if (fake.trapAt === "stat") throw new WebAssembly.RuntimeError("unreachable");
    return fake.stat(index);
  }
}
