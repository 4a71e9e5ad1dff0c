// The option `session`: an id for a tab or for all tabs, kept only where that is allowed.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { LoggerOptions } from "../../js/src/types.js";
import { rig } from "./support/logger.js";
import { asPage, type Page } from "./support/page.js";

/** A storage of the browser. */
class FakeStorage {
  readonly items = new Map<string, string>();
  getItem = (key: string): string | null => this.items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.items.set(key, value);
  removeItem = (key: string): void => void this.items.delete(key);
}

function browser(t: TestContext): { page: Page; sessionStorage: FakeStorage; localStorage: FakeStorage } {
  const [sessionStorage, localStorage] = [new FakeStorage(), new FakeStorage()];
  return { page: asPage(t, { sessionStorage, localStorage }), sessionStorage, localStorage };
}

/** Logs on a page of its own; the session id of the entry. The page stays open unless it is closed. */
function visit(options: Partial<LoggerOptions>): { id: unknown; close: () => void } {
  const { log, entries } = rig(options);
  log.info("m");
  const id = entries()[0]!.fields.sessionId;
  return { id, close: () => void log.close() };
}

describe("session", () => {
  it("is off by default", (t) => {
    const { sessionStorage, localStorage } = browser(t);
    assert.equal(visit({}).id, undefined);
    assert.equal(sessionStorage.items.size + localStorage.items.size, 0);
  });

  it("of a tab goes on from page to page", (t) => {
    const { sessionStorage, localStorage } = browser(t);
    const first = visit({ session: "tab" });
    assert.match(String(first.id), /^tab-[a-z0-9]{8}$/);
    first.close();
    const second = visit({ session: "tab" });
    assert.equal(second.id, first.id);
    second.close();
    assert.deepEqual([sessionStorage.items.size, localStorage.items.size], [1, 0]);
  });

  it("of a duplicated tab is its own: a living page's id is not in the storage that is copied", (t) => {
    const { page, sessionStorage } = browser(t);
    const original = visit({ session: "tab" });
    assert.equal(sessionStorage.items.size, 0);
    page.dispatch(new Event("pagehide"));
    assert.equal(sessionStorage.items.size, 1, "for the next page of the tab");
    page.dispatch(new Event("pageshow"));
    assert.equal(sessionStorage.items.size, 0, "restored, it lives again");
    original.close();
    sessionStorage.items.clear();
    const duplicate = visit({ session: "tab" });
    assert.notEqual(duplicate.id, original.id);
    duplicate.close();
  });

  it("of the browser is the same in every tab, and ends after half an hour", (t) => {
    const { localStorage } = browser(t);
    const first = visit({ session: "browser" });
    assert.equal(localStorage.items.size, 1, "while it lives");
    first.close();
    const second = visit({ session: "browser" });
    assert.equal(second.id, first.id);
    second.close();
    t.mock.method(Date, "now", () => new Date().getTime() + 1_800_001);
    const third = visit({ session: "browser" });
    assert.notEqual(third.id, first.id);
    third.close();
  });

  /** A page of another tab writes its id. */
  const other = (storage: FakeStorage, id: string, at = Date.now()): void => storage.setItem("sapwood.session", `${id} ${at}`);

  it("of the browser lives on while a page logs: a tab that starts much later joins it", (t) => {
    const { localStorage } = browser(t);
    const start = Date.now();
    let passed = 0;
    t.mock.method(Date, "now", () => start + passed);
    const { log, core } = rig({ session: "browser" });
    let writes = 0;
    const { setItem } = localStorage;
    localStorage.setItem = (key, value) => {
      writes++;
      setItem(key, value);
    };
    for (; passed < 2_400_000; passed += 1000) {
      log.info("m");
      core();
    }
    assert.equal(writes, 39, "once a minute");
    const at = Number(localStorage.items.get("sapwood.session")!.split(" ")[1]);
    assert.ok(Date.now() - at <= 60_000, "younger than half an hour");
    void log.close();
  });

  it("of the browser that another tab has replaced is taken over within a minute", (t) => {
    const { localStorage } = browser(t);
    const start = Date.now();
    let passed = 0;
    t.mock.method(Date, "now", () => start + passed);
    const { log, core } = rig({ session: "browser" });
    const ids = (): unknown[] => core().entries.map((entry) => entry.fields.sessionId);
    log.info("m");
    const [mine] = ids();
    other(localStorage, "browser-another1");
    passed = 61_000;
    log.info("m");
    assert.deepEqual(ids(), [mine, mine], "what was logged before stays");
    log.info("m");
    assert.equal(ids()[2], "browser-another1");
    log.setSessionId("mine");
    other(localStorage, "browser-another2");
    passed = 122_000;
    log.info("m");
    core();
    log.info("m");
    assert.deepEqual(ids().slice(3), ["mine", "mine"], "not instead of the application's");
    void log.close();
  });

  it("that was kept is read when consent is granted", (t) => {
    const { sessionStorage, localStorage } = browser(t);
    for (const session of ["tab", "browser"] as const) {
      const storage = session === "tab" ? sessionStorage : localStorage;
      other(storage, `${session}-earlier1`);
      const { log, entries } = rig({ session, consent: "pending" });
      log.info("before");
      assert.equal(storage.items.get("sapwood.session")!.split(" ")[0], `${session}-earlier1`, "nothing is written");
      log.setConsent("granted").info("after");
      const ids = entries().map((entry) => entry.fields.sessionId);
      assert.match(String(ids[0]), new RegExp(`^${session}-[a-z0-9]{8}$`));
      assert.notEqual(ids[0], `${session}-earlier1`);
      assert.equal(ids[1], `${session}-earlier1`);
      assert.equal(storage.items.size, session === "tab" ? 0 : 1);
      void log.close();
    }
  });

  it("survives the end of another logger of the page", (t) => {
    const { page, localStorage } = browser(t);
    const [one, two] = [visit({ session: "browser" }), visit({ session: "browser" })];
    one.close();
    page.dispatch(new Event("pagehide"));
    assert.equal(localStorage.items.get("sapwood.session")!.split(" ")[0], two.id);
    two.close();
  });

  it("that somebody has put into the storage throws nothing under strict", (t) => {
    const { localStorage } = browser(t);
    other(localStorage, "x".repeat(1000));
    const { id, close } = visit({ session: "browser", strict: true });
    assert.equal(id, "x".repeat(100));
    close();
  });

  it("is one for all loggers of a page", (t) => {
    browser(t);
    const [one, two] = [visit({ session: "tab" }), visit({ session: "tab" })];
    assert.equal(one.id, two.id);
    one.close();
    two.close();
  });

  it("gives way to a sessionId", (t) => {
    const { localStorage } = browser(t);
    assert.equal(visit({ session: "browser", sessionId: "mine" }).id, "mine");
    assert.equal(localStorage.items.size, 0);
  });

  it("is not kept without consent", (t) => {
    const { localStorage } = browser(t);
    for (const consent of ["pending", "denied"] as const) {
      const { log } = rig({ session: "browser", consent });
      void log.close();
    }
    assert.equal(localStorage.items.size, 0);
  });

  it("does without a storage that throws, is full, or is not there", (t) => {
    const hostile = {
      get getItem(): never {
        throw new Error("SecurityError");
      },
    };
    for (const storage of [hostile, undefined, null, { getItem: () => "\u0000", setItem: () => assert.fail("full") }]) {
      asPage(t, { localStorage: storage, sessionStorage: storage });
      for (const session of ["tab", "browser"] as const) {
        const { id, close } = visit({ session });
        assert.match(String(id), /^(tab|browser)-/);
        close();
      }
    }
  });
});
