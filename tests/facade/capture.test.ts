// `captureErrors`, page form: what nobody caught, each thrown object once.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { rig, type Rig } from "./support/logger.js";
import { asPage } from "./support/page.js";

interface Happenings {
  dispatch(event: Event): void;
  uncaught(error: unknown, message?: string, more?: object): void;
  rejected(reason: unknown): void;
}

/** What happens on the page of a test. */
function page(t: TestContext): Happenings {
  const { dispatch } = asPage(t);
  const happen = (type: string, more: object): void => dispatch(Object.assign(new Event(type), more));
  const where = { filename: "https://a.example/app.js?v=1", lineno: 3, colno: 7 };
  return {
    dispatch,
    uncaught: (error, message = String(error), more = {}) => happen("error", { error, message, ...where, ...more }),
    rejected: (reason) => happen("unhandledrejection", { reason }),
  };
}

const messages = ({ entries }: Rig): unknown[] => entries().map((entry) => entry.fields["message"]);

describe("captureErrors", () => {
  it("logs what is thrown, with name and stack, at error", (t) => {
    const { uncaught } = page(t);
    const all = rig({ captureErrors: true });
    const error = new TypeError("crash");
    uncaught(error);
    const [entry] = all.entries();
    assert.equal(entry!.severity, 17);
    assert.deepEqual(entry!.fields, { message: "crash", errorName: "TypeError", errorStack: error.stack, origin: "error",
      data: { message: "crash", file: "https://a.example/app.js", line: 3, column: 7 } });
  });

  it("logs rejections, of errors and of anything", (t) => {
    const { rejected } = page(t);
    const all = rig({ captureErrors: true });
    for (const reason of [new Error("async"), "text", undefined, { code: 5 }]) rejected(reason);
    const fields = all.entries().map((entry) => entry.fields);
    assert.deepEqual(fields.map((entry) => [entry["message"], entry["origin"]]), [
      ["async", "unhandledrejection"], ["Unhandled rejection", "unhandledrejection"], ["Unhandled rejection", "unhandledrejection"],
        ["Unhandled rejection", "unhandledrejection"],
    ]);
    assert.deepEqual(fields.slice(1).map((entry) => entry["data"]), ["text", undefined, { code: 5 }]);
  });

  it("logs each thrown object once, also when log.error has seen it", (t) => {
    const { uncaught, rejected } = page(t);
    const all = rig({ captureErrors: true });
    const [error, explicit, thing] = [new Error("once"), new Error("explicit"), { code: 1 }];
    uncaught(error);
    uncaught(error);
    rejected(error);
    all.log.error("seen", explicit);
    uncaught(explicit);
    rejected(thing);
    rejected(thing);
    assert.deepEqual(messages(all), ["once", "seen", "Unhandled rejection"]);
  });

  it("by another logger of the page, too", (t) => {
    const { uncaught } = page(t);
    const [one, two] = [rig({ captureErrors: true }), rig()];
    const error = new Error("x");
    two.log.error(error);
    uncaught(error);
    assert.deepEqual(messages(one), []);
  });

  it("but not by a logger that sends nothing, or does not keep it", (t) => {
    const { uncaught, rejected } = page(t);
    const dead = rig({ captureErrors: true, endpoint: "", onError: () => {}, onDrop: () => {} });
    const quiet = rig({ captureErrors: true, minLevel: "fatal" });
    const all = rig({ captureErrors: true });
    const [error, thing, logged] = [new Error("x"), { code: 1 }, new Error("logged")];
    uncaught(error);
    rejected(thing);
    dead.log.error("seen", logged);
    quiet.log.error("seen", logged);
    uncaught(logged);
    assert.deepEqual(messages(all), ["x", "Unhandled rejection", "logged"]);
  });

  it("logs an error twice when the application does", (t) => {
    const {  } = page(t);
    const all = rig({ captureErrors: true });
    const error = new Error("x");
    all.log.error("a", error).error("b", error);
    assert.deepEqual(messages(all), ["a", "b"]);
  });

  it("keeps a script error of another origin, of which only that is known", (t) => {
    const { uncaught } = page(t);
    const all = rig({ captureErrors: true });
    uncaught(null, "Script error.", { filename: "", lineno: 0, colno: 0 });
    const { fields } = all.entries()[0]!;
    assert.deepEqual(fields, { message: "Script error.", origin: "error" });
  });

  it("leaves alone what failed to load, and events that are none of a script", (t) => {
    const { dispatch } = page(t);
    const all = rig({ captureErrors: true });
    dispatch(new Event("error"));
    assert.deepEqual(messages(all), []);
  });

  it("does not throw under strict, where the error is over a limit", (t) => {
    const { uncaught } = page(t);
    const errors: unknown[] = [];
    const listener = (error: unknown): number => errors.push(error);
    process.on("uncaughtException", listener);
    t.after(() => process.off("uncaughtException", listener));
    const { log } = rig({ captureErrors: true, strict: true, onDrop: () => {} });
    uncaught(new Error("x".repeat(20_000)));
    assert.deepEqual(log.stats().dropped, { unserialisable: 1 });
    assert.deepEqual(errors, []);
  });

  it("ends with close, and is off by default", async (t) => {
    const { uncaught } = page(t);
    const all = rig({ captureErrors: true, onDrop: () => {} });
    const off = rig();
    await all.log.close();
    uncaught(new Error("late"));
    assert.equal(all.log.stats().accepted, 0);
    assert.equal(off.log.stats().accepted, 0);
  });
});
