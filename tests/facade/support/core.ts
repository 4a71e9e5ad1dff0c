/**
 * A core for tests: reads what crosses the boundary with a decoder that nobody here wrote, and keeps it.
 *
 * It delivers when `deliver` is called or a flush is asked for, counts as docs/boundary.md says, and can trap.
 */

import { decodeMulti, encode } from "@msgpack/msgpack";
import { FIELDS, type CoreModule, type Loader, type Notify } from "../../../js/src/protocol.js";
import { CONFIG, DECODING, deepMerge, type Pairs, type Received, set } from "./boundary.js";

export class FakeCore {
  readonly config: Record<string, unknown> = {};
  readonly entries: Received[] = [];
  readonly resources: string[] = [];
  readonly consents: number[] = [];
  /** The length of each hand-over, in bytes, and what it was said to have waited. */
  readonly handOvers: { bytes: number; waitedMs: number }[] = [];
  readonly asked: string[] = [];
  readonly drops = new Array<number>(15).fill(0);
  delivered = 0;
  held = 0;
  accepted = 0;
  /** The next call of this name throws, as a trap does. */
  trapAt: string | undefined;
  /** Does a flush get its answer by itself? */
  answers = true;

  constructor(
    readonly module: FakeModule,
    length: number,
    readonly url: string,
    readonly init: RequestInit,
    readonly simpleInit: RequestInit,
    readonly notify: Notify,
    readonly drain: () => void,
    /** What the browser would call. */
    readonly entry: (signal: number, request: number, response: unknown, value: unknown) => void,
  ) {
    if (module.trapAtStart) throw new WebAssembly.RuntimeError("unreachable");
    module.read(length).forEach((value, i) => (this.config[CONFIG[i]!] = value));
    module.cores.push(this);
  }

  trap(name: string): void {
    this.module.calls.push(name);
    if (this.trapAt === name) throw new WebAssembly.RuntimeError("unreachable");
  }

  records(length: number, waitedMs: number): void {
    const values = this.module.read(length).values();
    const next = (): unknown => values.next().value;
    const pairs = (into: Pairs): Pairs => {
      for (let left = next() as number; left > 0; left--) set(into, FIELDS[next() as number]!, next());
      return into;
    };
    const scopes: Pairs[] = [];
    this.handOvers.push({ bytes: length, waitedMs });
    for (let op = next(); op !== undefined; op = next()) {
      if (op === 0) {
        const [seq, severity, timestamp] = [next(), next(), next()] as [number, number, number];
        const scope = scopes[next() as number];
        if (!scope) throw new Error("an entry names a scope that did not cross");
        this.entries.push({ seq, severity, timestamp, fields: Object.fromEntries(pairs(new Map(scope))) });
        this.accepted++;
        this.held++;
      } else if (op === 1) scopes.push(pairs(new Map()));
      else if (op === 2) {
        const [reason, count] = [next() as number, next() as number];
        this.drops[reason]! += count;
        this.accepted += count;
      } else if (op === 3) this.resources.push(next() as string);
      else throw new Error(`no operation: ${op}`);
    }
    this.trap("records");
  }

  flush(token: number, timeoutMs: number, close: boolean): void {
    const what = close ? "close" : "flush";
    this.asked.push(`${what} ${token} ${timeoutMs}`);
    this.trap(what);
    if (this.answers) this.settle(token);
  }

  /** Delivers all that is held, and answers. */
  settle(token: number): void {
    const delivered = this.held;
    this.delivered += delivered;
    this.held = 0;
    void Promise.resolve().then(() => this.notify(0, token, delivered, 0, 0, 200));
  }

  /** Answers every flush that was asked for, the answered ones again. */
  settleAll(): void {
    for (const asked of this.asked) this.settle(Number(asked.split(" ")[1]));
  }

  /** Drops `count` of what is held. */
  drop(reason: number, count: number): void {
    this.held -= count;
    this.drops[reason]! += count;
    this.notify(2, reason, count, 0, 0, 0);
  }

  consent(state: number): void {
    this.trap("consent");
    this.consents.push(state);
  }

  stat(index: number): number {
    return [this.accepted, this.delivered, 0, this.held, 0, 0, ...this.drops][index] ?? 0;
  }

  /** The only field of each entry, by name. */
  all(field: string): unknown[] {
    return this.entries.map((entry) => entry.fields[field]);
  }
}

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

  /** Grows at every call, up to a bound, so that a view that was kept would be detached. */
  _reserve(bytes: number): number {
    const pages = Math.ceil((bytes + 1024) / 65_536);
    const have = this._memory.buffer.byteLength / 65_536;
    this._memory.grow(Math.max(0, pages - have) || (have < 64 ? 1 : 0));
    return 1024;
  }

  read(length: number): unknown[] {
    return [...decodeMulti(new Uint8Array(this._memory.buffer, 1024, length), DECODING)];
  }

  _merge(length: number): number {
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
    return this.cores[core - 1]!.stat(index);
  }
}
