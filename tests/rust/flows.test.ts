/** Flows of a Rust app: steps are counted over the flow and its children, and a flow has one outcome, whatever ends it. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { begin, placeOf } from "../../js/src/flow.js";
import { Receiver } from "../wasm/support/receiver.js";
import { logged } from "./support/app.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

test("steps are counted over a flow and its children, and what is below the level takes none", async () => {
  let id = "";
  const entries = await logged(server, (one) => {
    id = one.begin("checkout");
    one.step("cart");
    one.say("beside it");
    one.step("payment");
    one.end("ok");
  });
  assert.match(id, /^checkout-[a-z0-9]{8}$/);
  const told = entries.map(({ message, flowId, stepIndex, tags }) => [message, flowId, stepIndex, tags?.[0]]);
  assert.deepEqual(told, [
    ["cart", id, 0, undefined],
    ["cart", id, 1, "child"],
    ["beside it", undefined, undefined, undefined],
    ["payment", id, 2, undefined],
    ["payment", id, 3, "child"],
    ["Flow checkout: ok", id, 4, undefined],
  ]);
  assert.deepEqual(entries[0]?.["flow"], { name: "checkout" });
});

for (const [how, level, outcome, data, errorName] of [
  ["ok", "info", "ok", ["done"], undefined],
  ["fail", "error", "failed", undefined, undefined],
  ["fail_with", "error", "failed", { message: "the card was refused", cause: { name: "ParseIntError", message: "invalid digit found in string" } }, "PaymentError"],
  ["abandon", "warn", "abandoned", { reason: "no time" }, undefined],
  ["drop", "warn", "abandoned", undefined, undefined],
] as const) {
  test(`a flow that ends by ${how} has one last entry with its outcome`, async () => {
    const entries = await logged(server, (one) => {
      one.begin("import");
      one.end(how);
    });
    assert.equal(entries.length, 1);
    const [entry] = entries;
    const { durationMs, ...flow } = entry?.["flow"] as Record<string, unknown>;
    assert.deepEqual([entry?.level, entry?.message, entry?.data, entry?.errorName, flow], [level, `Flow import: ${outcome}`, data, errorName, { name: "import", outcome }]);
    assert.ok(typeof durationMs === "number" && durationMs >= 0 && durationMs < 10_000, `${durationMs}`);
  });
}

test("a name without an end is cut, so that the id fits", async () => {
  const entries = await logged(server, (one) => {
    one.begin("n".repeat(200));
    one.end("ok");
  });
  assert.match(entries[0]?.flowId ?? "", /^n{41}-[a-z0-9]{8}$/);
  assert.equal(entries[0]?.["truncated"], undefined);
});

test("a flow from a page goes on as a branch, and one of a Rust app goes on at a page", async () => {
  const page = begin("checkout é;");
  const header = [page[0], page[1], 3, page[3], ""].map(encodeURIComponent).join(";");
  let onwards = "";
  const entries = await logged(server, (one) => {
    one.resume(header);
    one.step("on the server");
    onwards = one.header() ?? "";
    one.end("ok");
  });
  assert.deepEqual(entries.map(({ flowId, stepIndex }) => [flowId, stepIndex]), [[page[0], 0], [page[0], 1], [page[0], 2]]);
  const flow = entries[0]?.["flow"] as Record<string, unknown>;
  assert.deepEqual([flow["name"], flow["parentStep"]], ["checkout é;", 3]);
  assert.match(`${flow["branch"]}`, /^0003[a-z0-9]{6}$/);
  // Read by the façade.
  assert.deepEqual(placeOf(onwards), [page[0], "checkout é;", 2, page[3], flow["branch"]]);
});

test("a header that cannot be read begins a flow of its own", async () => {
  const entries = await logged(server, (one) => {
    one.resume("%zz".repeat(100_000));
    one.end("ok");
  });
  assert.match(entries[0]?.flowId ?? "", /^flow-[a-z0-9]{8}$/);
});
