/**
 * A page whose script is ended in the midst of its first event: its second event brings what that one left half done.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAll, open, WITH_CORE } from "./support/ended-page.js";

for (const cold of [false, true]) {
  const core = cold ? "a core that starts for it" : "a core that runs";
  // On the way to the core, with the core, between the core and the network, and when the request is on its way.
  for (const where of ["clock 1", "clock 2", "clock 3", "unsent 1", "sent 1"]) {
    test(`${core}: ended in the midst of the first event (${where}), all goes with the second`, async () => {
      const page = await open({ cold });
      page.end(where);
      page.run(`dispatch("visibilitychange")`);
      assertAll(page.sent(), WITH_CORE + 1);
    });
  }
}

test("a hand-over that was ended before the page is left is done when it is", async () => {
  const page = await open();
  page.run(`calls = {}; hang = "clock 1"`);
  assert.throws(() => page.run(`log.setConsent("granted")`), { code: "ERR_SCRIPT_EXECUTION_TIMEOUT" });
  page.run(`leave(""), dispatch("visibilitychange")`);
  assertAll(page.sent(), WITH_CORE + 1);
});

test("what was logged in between is no part of a batch that may have been sent", async () => {
  const page = await open();
  page.end("sent 1");
  page.run(`log.info("m"), dispatch("visibilitychange")`);
  assert.equal(new Set(page.sent().map(({ batch }) => batch.id)).size, 2);
  assertAll(page.sent(), WITH_CORE + 2);
});

test("what came to its end is not done again, and neither is what goes on", async () => {
  for (const firefox of [true, false]) {
    const page = await open({ firefox });
    // A page that logs, and dispatches an event, in a function of its own that the logger calls.
    page.run(`var plain = fetch; fetch = (...all) => {
      fetch = plain;
      log.info("m");
      dispatch("visibilitychange", false);
      return plain(...all);
    }`);
    page.run(`leave(""), dispatch("visibilitychange")`);
    const seqs = page.sent().flatMap(({ logs }) => logs.map(({ seq }) => seq));
    assert.deepEqual(seqs.sort((a, b) => a - b), Array.from({ length: WITH_CORE + 2 }, (_, index) => index + 1));
    assert.equal(page.run("log.stats().core"), "wasm", "nothing trapped");
  }
});
