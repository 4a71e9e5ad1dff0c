// Near the end of the stack: a call that took a sequence number is kept or counted, and the logger goes on.
import assert from "node:assert/strict";
import { it } from "node:test";
import { assertCloses, rig } from "./support/logger.js";

it("entries logged in a recursion without an end are kept or counted", () => {
  const { log, entries } = rig({ maxBufferBytes: 67_108_864, batchSize: 1, onDrop: () => {} });
  const error = new Error("x");
  const logs: ((n: number) => unknown)[] = [
    (n) => log.info("m", { n, list: [{ deep: [n] }] }),
    (n) => log.error("m", error, { tags: ["a"], requestId: n as never }),
    (n) => log.info("m", () => ({ n })),
    (n) => log.child({ n }).info("m"),
    () => log.info("m", { get x() { log.info("inner"); return 1; } }),
  ];
  for (let padding = 0; padding < 30; padding++) {
    for (const call of logs) {
      // Frames of other sizes, so that the stack ends at another place.
      const dive = (n: number, ...more: number[]): number => {
        try {
          if (n > 50) call(n);
        } catch (error) {
          // The call itself had no room.
          assert.ok(error instanceof RangeError);
        }
        return dive(n + 1, ...more) + 1;
      };
      assert.throws(() => dive(0, ...new Array<number>(padding).fill(0)), RangeError);
      assertCloses(log.stats());
    }
    // Empties the tape.
    log.info("after", { padding });
    const all = entries();
    assert.deepEqual(all.at(-1)!.fields, { message: "after", data: { padding } });
    assertCloses(log.stats());
    const { accepted, buffered, dropped } = log.stats();
    // Where the tapes are full at the stack's end, there is no room to hand them over.
    const { unserialisable = 0, not_ready: full = 0 } = dropped;
    assert.deepEqual([all.length + unserialisable + full, buffered, log.stats().core], [accepted, 0, "wasm"]);
    assert.ok(full < accepted / 50, `${full} of ${accepted} found no room`);
  }
});

for (const method of ["flush", "close"] as const) {
  it(`${method} near the end of the stack is answered, and the core lives`, async () => {
    const { log, entries } = rig();
    log.info("held");
    entries();
    const answers: Promise<unknown>[] = [];
    // Each frame on the way back has a little more room than the last one.
    const dive = (): void => {
      try {
        dive();
      } catch (error) {
        try {
          if (answers.length < 1000) answers.push(log[method]());
        } catch (error) {
          // The call itself had no room.
          assert.ok(error instanceof RangeError);
        }
        if (answers.length < 1000) throw error;
      }
    };
    dive();
    const states = (await Promise.allSettled(answers)).map(({ status }) => status);
    assert.deepEqual([states.length, new Set(states)], [1000, new Set(["fulfilled"])]);
    assert.deepEqual([log.stats().core, log.stats().delivered, log.stats().dropped], ["wasm", 1, {}]);
  });
}
