/** Hand-overs that no writer would write: noise, valid operations that were damaged, and values of the wrong kind. */
import { FIELDS } from "../../../js/src/protocol.js";
import type { Random } from "../../support/random.js";
import { Decimal, drop, entry, resource, scope, type Value } from "./record.js";

/** Markers of MessagePack where a reader takes decisions, those of other kinds than ours included. */
const MARKERS = [
  ...[0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4],
  ...[0xc7, 0xca, 0xcb, 0xce, 0xcf, 0xd2, 0xd9, 0xdb, 0xdc, 0xdd, 0xdf, 0xe0, 0xff],
];
/** Of every kind and form, and some at the edges of what is allowed. */
const LEAVES: readonly Value[] = [
  ...[null, true, false, 0, 127, 128, 0xffff_ffff, "", "://", "http://a:b@c/?d#e", "x".repeat(300), "\ud83c\udf33".repeat(60)],
  ...["{a}{password}{{}", "{".repeat(99)],
  ...["1e999", "", "-"].map((text) => new Decimal(text)),
];

/** One hand-over of garbage. */
export function garbage(random: Random): Uint8Array {
  const make = random.pick([noise, markers, damaged, damaged, wrongKinds, wrongKinds]);
  return make(random);
}

function noise(random: Random): Uint8Array {
  return random.bytes(random.below(200));
}

function markers(random: Random): Uint8Array {
  return Buffer.from(Array.from({ length: 1 + random.below(60) }, () => random.pick(MARKERS)));
}

/** Whole operations, cut short or with some bytes changed. */
function damaged(random: Random): Uint8Array {
  const bytes = Buffer.concat([wrongKinds(random), wrongKinds(random)]);
  if (random.below(3) === 0) return bytes.subarray(0, random.below(bytes.length));
  for (let changes = 1 + random.below(4); changes > 0; changes--) bytes[random.below(bytes.length)] = random.pick(MARKERS);
  return bytes;
}

/** Operations that can be read, with values that do not belong there. */
function wrongKinds(random: Random): Buffer {
  const fields = (): [string, Value][] => Array.from({ length: random.below(6) }, () => [random.pick(FIELDS), value(random, 0)]);
  const operations = [
    () => scope(fields()),
    () => entry(random.below(1000), fields(), { severity: random.pick([1, 5, 9, 13, 17, 21, 0, 255]), scope: random.below(3) }),
    () => drop(random.below(20), random.below(5)),
    () => resource(random.pick(["", '"', ',"resource":{}', "\u0000".repeat(40)])),
  ];
  const order = [operations[0]!, ...Array.from({ length: 1 + random.below(5) }, () => random.pick([...operations, operations[1]!]))];
  return Buffer.concat(order.map((make) => make()));
}

function value(random: Random, depth: number): Value {
  const kind = random.below(depth < 50 ? 4 : 2);
  if (kind === 2) return Array.from({ length: random.below(4) }, () => value(random, depth + 1));
  // Deep now and then: the core bounds its recursion.
  if (kind === 3 && random.below(20) === 0) return Array.from({ length: 45 }).reduce<Value>((inner) => ({ deep: inner }), 1);
  const pair = (): [string, Value] => [random.pick(["a", "password", "", "__proto__"]), value(random, depth + 1)];
  if (kind === 3) return Object.fromEntries(Array.from({ length: random.below(4) }, pair));
  return random.pick(LEAVES);
}
