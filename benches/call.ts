// What a log call costs, as a multiple of a floor that is measured in the same run.
//
// Designs take turns in random order, round by round; medians are compared. A call puts an entry on the tape; the tape is handed
// over after each batch, outside of the timed section, except in the rows that say so, which run with the real core (consent is
// pending, so nothing is sent). Prints one JSON object a line: name, ns a call, ns of the floor, ratio.

import { create } from "../js/src/create.js";
import { inlined } from "../js/src/loader.js";
import type { RootLogger } from "../js/src/root.js";
import { hasCore } from "../js/src/start.js";
import type { CoreModule, Loader } from "../js/src/protocol.js";

/** Calls a batch, as many as a flush takes by default. */
const BATCH = 100;
const ROUNDS = 400;
/** Calls of a batch that does next to nothing, so that the clock can see it. */
const LONG_BATCH = 20_000;

/** A core that takes everything and does nothing. */
const nothing: CoreModule = {
  _memory: new WebAssembly.Memory({ initial: 16 }),
  _reserve: () => 0,
  _merge: () => 0,
  _start: () => 1,
  _listen() {},
  _receive() {},
  _records() {},
  _flush() {},
  _consent() {},
  _stat: () => 0,
};
const noCore: Loader = { _now: () => nothing, _later: async () => nothing };
const OPTIONS = {
  source: "bench",
  environment: "test",
  endpoint: "http://127.0.0.1:9/v1/logs",
  minLevel: "info",
  consent: "pending",
  // The same few templates over and over: what is left out costs little, and is not what is measured.
  rateLimit: false,
  maxBufferBytes: 67_108_864,
} as const;

const small = (i: number): object => ({ orderId: `ord_${i}`, total: 99.5, items: 3 });
const nested = (i: number): object => ({
  order: { id: `ord_${i}`, total: 99.5, items: [{ sku: "a-1", price: 9.5, tags: ["new", "sale"] }, { sku: "b-2", price: 80, tags: [] }] },
  customer: { id: 7, name: "Ada Lovelace", address: { city: "London", zip: "W1", geo: { lat: 51.5, lon: -0.12 } } },
  flags: { gift: false, express: true, note: null },
});
const none = (): undefined => undefined;
const failure = new Error("declined");
void failure.stack;

/** One way to log a batch. `after` is not timed. */
interface Design {
  calls: number;
  run(data: readonly unknown[]): void;
  after(): void;
}

/** An error as JSON has to be given it. */
const plain = (item: unknown): unknown =>
  item instanceof Error ? { name: item.name, message: item.message, stack: item.stack } : item;

/** The floor: what a logger that serialises at the call would do at least. */
function stringify(): Design {
  let kept: string[] = [];
  return {
    calls: BATCH,
    run(data) {
      for (const item of data) {
        kept.push(JSON.stringify({ level: "info", message: "Order placed", timestamp: Date.now(), data: plain(item) }));
      }
    },
    after: () => (kept = []),
  };
}

function logger(log: RootLogger, drainTimed: boolean): Design {
  const drain = (): void => log._engine._drain();
  return {
    calls: BATCH,
    run(data) {
      for (const item of data) log.warn("Order placed", item);
      if (drainTimed) drain();
    },
    after: drain,
  };
}

/** Calls of a method that has to decide nothing, and of one that decides to do nothing. */
function idle(target: { debug(message: string, data?: unknown): unknown }): Design {
  return {
    calls: LONG_BATCH,
    run(data) {
      for (let i = 0; i < LONG_BATCH; i++) target.debug("Order placed", data[0]);
    },
    after() {},
  };
}

class Empty {
  debug(_message: string, _data?: unknown): this {
    return this;
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!;
}

/** Measures both in turns; ns a call each. */
function compare(design: Design, floor: Design, make: (i: number) => unknown): [ns: number, floor: number] {
  const pair = [design, floor] as const;
  const times: [number[], number[]] = [[], []];
  for (let round = -ROUNDS / 4; round < ROUNDS; round++) {
    const data = Array.from({ length: BATCH }, (_, i) => make(i));
    const first = Math.random() < 0.5 ? 0 : 1;
    for (const which of [first, 1 - first]) {
      const { run, calls, after } = pair[which]!;
      const start = performance.now();
      run(data);
      const ns = ((performance.now() - start) * 1e6) / calls;
      after();
      // The first rounds warm up.
      if (round >= 0) times[which]!.push(ns);
    }
  }
  return [median(times[0]), median(times[1])];
}

function report(name: string, design: Design, floor: Design, make: (i: number) => unknown): void {
  const [ns, floorNs] = compare(design, floor, make);
  console.log(JSON.stringify({ name, ns: +ns.toFixed(2), floor: +floorNs.toFixed(2), ratio: +(ns / floorNs).toFixed(3) }));
}

function started(loader: Loader): RootLogger {
  const log = create(OPTIONS, loader);
  hasCore(log._engine);
  return log;
}

const taped = started(noCore);
const whole = started(inlined);
report("filtered call", idle(taped), idle(new Empty()), small);
report("message only", logger(taped, false), stringify(), none);
report("small object", logger(taped, false), stringify(), small);
report("nested object", logger(taped, false), stringify(), nested);
report("error", logger(taped, false), stringify(), () => failure);
report("small object, written", logger(taped, true), stringify(), small);
report("small object, handed over", logger(whole, true), stringify(), small);
report("nested object, handed over", logger(whole, true), stringify(), nested);
// The core's timers would keep the process for the age of its entries.
process.exit(0);
