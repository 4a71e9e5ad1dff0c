// I1: accepted = delivered + unconfirmed + buffered + inFlight + stored + Σ dropped, at every moment.
import assert from "node:assert/strict";
import { it } from "node:test";
import { FakeModule } from "./support/core.js";
import { assertCloses, random, rig } from "./support/logger.js";

for (let seed = 1; seed <= 30; seed++) {
  it(`the sum closes at every step of a random workload (seed ${seed})`, async () => {
    const next = random(seed);
    const module = new FakeModule();
    const { log } = rig({ maxBufferBytes: 16_384, onError: () => {}, onDrop: () => {}, strict: seed % 5 === 0 }, module);
    const children = [log.child(), log.flow("f").child()];
    const steps: [weight: number, step: () => unknown][] = [
      [40, () => log.info("m", { n: next(), text: "x".repeat(next() * 3000) })],
      [10, () => children[Math.floor(next() * 2)]!.error("m", new Error("x"))],
      [5, () => log.debug("filtered or not").trace("filtered")],
      [3, () => log.info("outer", { get x() { log.info("inner"); return 1; } })],
      [2, () => log.info("outer", { get x() { log.setConsent("denied"); return 1; } })],
      [3, () => log.info("", "x".repeat(100_000))],
      [4, () => log.flush()],
      [3, () => (module.refuses = !module.refuses)],
      [3, () => log.setConsent((["pending", "granted", "denied"] as const)[Math.floor(next() * 3)]!)],
      [3, () => module.cores.at(-1)?.drain()],
      [2, () => (module.cores.at(-1)?.held ?? 0) > 1 && module.cores.at(-1)!.drop(2, 1)],
      [0.3, () => module.cores.length && (module.cores.at(-1)!.trapAt = "records")],
      [0.2, () => log.close()],
      [3, () => new Promise((resolve) => setTimeout(resolve, 0))],
    ];
    const total = steps.reduce((sum, [weight]) => sum + weight, 0);
    for (let i = 0; i < 400; i++) {
      let at = next() * total;
      const step = steps.find(([weight]) => (at -= weight) < 0)![1];
      try {
        const result = step();
        assertCloses(log.stats());
        if (result instanceof Promise) await result;
      } catch (error) {
        if ((error as Error).name !== "SapwoodError") throw error;
      }
      assertCloses(log.stats());
    }
    await log.close();
    assertCloses(log.stats());
    assert.equal(log.stats().buffered, log.stats().core === "none" ? 0 : module.cores.at(-1)!.held);
  });
}
