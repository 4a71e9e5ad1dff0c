// The writer against a decoder that nobody here wrote: random values, and the edges of the formats.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decode, decodeMulti } from "@msgpack/msgpack";
import { LIST, MAP } from "../../js/src/tape.js";
import { node } from "../../js/src/scope.js";
import * as msgpack from "../../js/src/msgpack.js";
import * as writer from "../../js/src/writer.js";
import { DECODING } from "./support/boundary.js";
import { FakeModule } from "./support/core.js";
import { assertCloses, random, rig } from "./support/logger.js";

/** What was written, as bytes. */
function bytes(write: () => void): Uint8Array {
  writer.begin();
  write();
  const module = new FakeModule();
  const length = msgpack.handIn(module);
  return new Uint8Array(module._memory.buffer, 1024, length).slice();
}

describe("numbers", () => {
  for (const value of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5,
    Number.MAX_SAFE_INTEGER]) {
    for (const number of [value, -value, value + 0.5, -value - 1]) {
      it(String(number), () => assert.equal(decode(bytes(() => msgpack.num(number)), DECODING), number + 0));
    }
  }
});

describe("strings", () => {
  for (const length of [0, 1, 31, 32, 62, 63, 64, 65, 255, 256, 65_535, 65_536, 200_000]) {
    for (const unit of ["a", "é", "€", "🌳", "\ud800"]) {
      it(`${length} of ${JSON.stringify(unit)}`, () => {
        const text = unit.repeat(length);
        assert.equal(decode(bytes(() => msgpack.str(text, 1_000_000))), text.replace(/[\ud800-\udfff]/gu, "\ufffd"));
      });
    }
  }

  it("are cut to their limit between characters", () => {
    for (let limit = 0; limit < 300; limit++) {
      const cut = decode(bytes(() => msgpack.str("aé€🌳".repeat(30), limit))) as string;
      assert.ok(Buffer.byteLength(cut) <= limit && Buffer.byteLength(cut) > limit - 4, String(limit));
      assert.ok("aé€🌳".repeat(30).startsWith(cut));
    }
  });
});

it("random data crosses as it was logged", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const next = random(seed);
    const word = (): string => Array.from({ length: next() * 90 },
      () => String.fromCodePoint(Math.floor(next() * (next() < 0.8 ? 128 : 0xd7ff)))).join("");
    const value = (levels: number): unknown => {
      const kind = next();
      if (kind < 0.2) return word();
      if (kind < 0.35) return Math.floor((next() - 0.5) * 2 ** Math.floor(next() * 54));
      if (kind < 0.45) return (next() - 0.5) * 10 ** Math.floor(next() * 60 - 30);
      if (kind < 0.6) return [true, false, null][Math.floor(next() * 3)];
      if (!levels) return 0;
      if (kind < 0.8) return Array.from({ length: next() * 8 }, () => value(levels - 1));
      return Object.fromEntries(Array.from({ length: next() * 8 }, (_, i) => [`${i}${word()}`, value(levels - 1)]));
    };
    const data = Array.from({ length: 10 }, () => value(5));
    const { log, entries } = rig({ maxDataBytes: 1_048_576, maxDataNodes: 100_000 });
    for (const item of data) log.info("m", item);
    // What JSON makes of it, but for -0, is what must arrive.
    assert.deepEqual(entries().map((entry) => entry.fields["data"] ?? null), JSON.parse(JSON.stringify(data)), `seed ${seed}`);
  }
});

it("an entry that cannot be written is dropped, and the rest goes on", () => {
  const { log, core } = rig({ onDrop: () => {} });
  log.info("a");
  // No call can make it, so the tape is spoilt by hand: a list so deep that the writer runs out of stack.
  const slots = log._engine._tapes[0]!;
  slots.push(1);
  for (let i = 0; i < 100_000; i++) slots.push(LIST, 1);
  slots.push(0);
  log.info("b", { fine: true });
  assert.deepEqual(core().all("message"), ["b"]);
  assert.deepEqual(log.stats().dropped, { unserialisable: 1 });
  assertCloses(log.stats());
  void log.flush();
  assert.equal(core().drops[5], 1);
});

it("the buffer grows with what is written, and stays valid", () => {
  const scope = node([], undefined);
  const text = "x".repeat(30_000);
  const slots = [1, 9, 5, scope, 1, MAP, 3, "a", text, "b", text, "c", text];
  const values = [...decodeMulti(bytes(() => assert.ok(writer.entry(slots, 1_000_000))), DECODING)];
  assert.deepEqual(values, [1, 1, 2, null, 0, 1, 9, 5, 0, 1, 1, { a: text, b: text, c: text }]);
});
