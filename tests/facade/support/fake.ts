/** One core of the module for tests (core.ts): what it was told, what it counts, and where it traps. */

import { FIELDS, type Notify } from "../../../js/src/protocol.js";
import { CONFIG, type Pairs, type Received, set } from "./boundary.js";
import type { FakeModule } from "./core.js";

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
