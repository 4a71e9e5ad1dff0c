// Flows that go on elsewhere: in another program as a branch, on the next page as the same writer.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { random, rig } from "./support/logger.js";

const NAME = "x-sapwood-flow";
const ASCII = /^[\x21-\x7e]+$/;

describe("a flow goes on as a branch", () => {
  it("from headers of every kind, with its id, steps of its own and where it left", () => {
    const page = rig();
    const flow = page.log.flow("checkout").info("a").info("b");
    const headers = flow.headers();
    assert.deepEqual(Object.keys(headers), [NAME]);
    assert.match(headers[NAME]!, ASCII);
    const request = new Request("https://shop.example/", { headers });
    const kinds: unknown[] = [headers, new Headers(headers), request, { headers }];
    for (const from of kinds) {
      const { log, entries } = rig({ context: { worker: 1 } });
      const branch = log.resumeFlow(from, { context: { part: 2 } });
      branch.info("c").child().info("d");
      branch.ok();
      assert.deepEqual([branch.id, branch.name], [flow.id, "checkout"]);
      const [first, second, last] = entries().map(({ fields }) => fields);
      const about = first!["flow"] as { branch: string };
      assert.match(about.branch, /^0002[a-z0-9]{6}$/);
      assert.deepEqual(about, { name: "checkout", branch: about.branch, parentStep: 2 });
      assert.deepEqual([first!["stepIndex"], second!["stepIndex"], first!["context"]], [0, 1, { worker: 1, part: 2 }]);
      const { outcome, durationMs, ...rest } = last!["flow"] as { outcome: string; durationMs: number };
      assert.deepEqual([outcome, rest], ["ok", about]);
      assert.ok(durationMs >= 0 && durationMs < 60_000, "the time counts from the trunk's beginning");
    }
  });

  it("and branches of branches stand behind the one that they left, in the order of the steps", () => {
    const { log } = rig();
    const trunk = log.flow("f");
    const branchOf = (text: string): string => decodeURIComponent(text.split(";")[4]!);
    const early = log.resumeFlow(trunk.headers());
    trunk.info("1");
    const late = log.resumeFlow(trunk.headers());
    early.info("1");
    const nested = log.resumeFlow(early.headers());
    const [a, b, c] = [early, nested, late].map((flow) => branchOf(flow.toString()));
    assert.deepEqual([c, b, a].sort(), [a, b, c]);
    assert.ok(b!.startsWith(a!));
  });

  it("is the same writer from text, and goes on counting", () => {
    const { log, entries } = rig();
    const before = log.flow("wizard", { id: "wizard/1;%" }).info("a");
    const after = log.resumeFlow(before.toString()).info("b");
    assert.deepEqual([after.id, after.stepIndex, after.toString().split(";")[3]], [before.id, 2, before.toString().split(";")[3]]);
    assert.deepEqual(entries().map(({ fields }) => [fields["stepIndex"], fields["flow"]]), [0, 1].map((step) => [step, { name: "wizard" }]));
  });

  it("with every character in its name", () => {
    for (const name of ["Kasse 🛒 ; = %", "購入", "\ud83d", "a".repeat(100), "🛒".repeat(60)]) {
      const { log } = rig();
      const flow = log.flow(name);
      const text = flow.headers()[NAME]!;
      assert.ok(ASCII.test(text) && text.length < 1000, text);
      const resumed = log.resumeFlow(new Headers({ [NAME]: text }));
      assert.deepEqual([resumed.name, resumed.id], [flow.name, flow.id]);
    }
  });
});

describe("what is read is untrusted", () => {
  it("what is no flow begins one", () => {
    const { log } = rig();
    const none: unknown[] = [undefined, null, 1, "", ";", "%", "%E0%A4%A", {}, new Headers(), { headers: null }, { [NAME]: 7 }, Symbol("s")];
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const from of [...none, proxy]) {
      const flow = log.resumeFlow(from).info("m");
      assert.match(flow.id, /^flow-[a-z0-9]{8}$/, String(typeof from));
      assert.equal(flow.stepIndex, 1);
    }
  });

  it("everything is bounded", () => {
    const { log, entries } = rig();
    const long = [..."xyz"].map((letter) => letter.repeat(5000));
    const flow = log.resumeFlow({ [NAME]: `${long[0]!.slice(0, 60)};${long[1]!.slice(0, 60)};99999;1e300;${long[2]!.slice(0, 500)}` });
    flow.info("m");
    assert.deepEqual([flow.id.length, flow.name.length, flow.stepIndex], [50, 41, 1]);
    const about = entries()[0]!.fields["flow"] as { branch: string; parentStep: number };
    assert.deepEqual([about.branch.length, about.parentStep], [90, 1000]);
    assert.ok(flow.headers()[NAME]!.length < 2000);
  });

  it("no flow ends after a time that it cannot have taken", () => {
    const now = Date.now();
    for (const start of ["-1e300", "-Infinity", "-1", "0", "", "1", "NaN", "1e300", "Infinity", `${now + 60_000}`, `${now - 7_776_000_000}`, `${now - 5000.5}`]) {
      const { log, entries } = rig();
      const flow = log.resumeFlow({ [NAME]: `a;b;0;${start};` });
      flow.fail(new Error("e"));
      const { durationMs } = entries()[0]!.fields["flow"] as { durationMs: number };
      assert.ok(Number.isInteger(durationMs) && durationMs >= 0 && durationMs < 60_000, `${start}: ${durationMs}`);
      assert.match(flow.headers()[NAME]!.split(";")[3]!, /^\d{13}$/);
    }
    const { log } = rig();
    assert.equal(log.resumeFlow(`a;b;0;${now - 86_400_000};`).toString().split(";")[3], `${now - 86_400_000}`, "a day is no such time");
  });

  it("random bytes neither throw nor pass the bounds", () => {
    const next = random(7);
    const { log } = rig();
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: Math.floor(next() * 80) }, () => "ab;%0F🛒\u0000\ud800-"[Math.floor(next() * 13)] ?? "").join("");
      const flow = log.resumeFlow(next() < 0.5 ? text : { [NAME]: text });
      assert.ok(flow.id.length <= 50 && flow.name.length <= 41 && flow.stepIndex <= 1000 && flow.id.length > 0);
      assert.match(flow.headers()[NAME]!, ASCII);
    }
  });
});
