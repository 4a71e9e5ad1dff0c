/**
 * Plays one scenario of the table in a real browser, against a server of its own. Owns the steps' meaning here; what must come
 * out is judged by `scenarios.ts`.
 *
 * Waiting is part of a scenario (30 s without a server): it is no synchronisation. Without `DELIVERY_FULL` long waits are a
 * tenth of what the table says.
 */
import assert from "node:assert/strict";
import type { FlushResult, Stats } from "../../js/src/types.js";
import { launchWith, loaded, openApp, type RealBrowser, type RealPage } from "../support/browsers.js";
import { FaultServer } from "../support/server.js";
import { waitFor } from "../support/wait.js";
import { FULL } from "./figures.js";
import { behaviourOf, loadsOffline, type Scenario, type Step } from "./table.js";

/** Waits from here on are shortened. */
const LONG_MS = 5_000;
const SHORTENED = 0.1;
const SOURCE = "scenario";

/** When the calls of some entries were made, as Unix ms; the entries are `entry {from}` and what follows. */
export interface Called {
  from: number;
  count: number;
  first: number;
  last: number;
}

/** A scenario while it is played, and what there is to judge at its end. */
export class Stage {
  readonly called: Called[] = [];
  readonly settled: FlushResult[] = [];
  readonly source = SOURCE;
  /** The last reading of each page's logger. */
  readonly readings: Stats[] = [];
  #logged = 0;
  #page: RealPage | undefined;

  private constructor(
    readonly scenario: Scenario,
    /** Another one after a `kill`. */
    public browser: RealBrowser,
    readonly server: FaultServer,
    readonly profile: string,
  ) {}

  /** Plays all steps, in a browser that has its profile in this folder. The caller closes the stage. */
  static async play(scenario: Scenario, browser: RealBrowser, profile: string): Promise<Stage> {
    const server = await FaultServer.start();
    const stage = new Stage(scenario, browser, server, profile);
    const rows = (scenario.server ?? [{}]).map((row) => behaviourOf(row, server.ledger));
    const last = rows.pop();
    if (last) server.always(last);
    server.script(...rows);
    try {
      await stage.#visit();
      for (const step of scenario.steps) await stage.#step(step);
      await stage.#read();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#page?.close();
    await this.server.close();
  }

  get #here(): RealPage {
    if (!this.#page) throw new Error("the scenario has no page at this step");
    return this.#page;
  }

  async #step(step: Step): Promise<void> {
    const withinMs = step.withinMs ?? 10_000;
    if (step.log !== undefined) await this.#log(step.log, step);
    else if (step.wait !== undefined) await this.#wait(step.wait);
    else if (step.flush !== undefined)
      this.settled.push(await this.#here.evaluate((timeoutMs) => window.log.flush({ timeoutMs }), step.flush));
    else if (step.arrive !== undefined) await this.#until("entries", step.arrive, withinMs, () => this.server.ledger.count(SOURCE));
    else if (step.request !== undefined) await this.#until("requests", step.request, withinMs, () => this.server.received.length);
    else if (step.requests !== undefined) assert.equal(this.server.received.length, step.requests, "requests until now");
    else if (step.server !== undefined) await (step.server === "gone" ? this.server.close() : this.server.goOn());
    else if (step.network !== undefined) await this.#network(step.network === "offline");
    else if (step.page === "hide") await this.#here.hide();
    else if (step.leave !== undefined) await this.#leave(step.leave);
    else if (step.visit) await this.#visit();
    else throw new Error(`this runner cannot play ${JSON.stringify(step)}`);
  }

  /** More than enough is as good; fewer than `count` when the time is over is a failure. */
  async #until(what: string, count: number, withinMs: number, now: () => number): Promise<void> {
    await waitFor(`${count} ${what}`, () => now() >= count, withinMs).catch((error: unknown) => {
      throw new Error(`${now()} of ${count} ${what} after ${withinMs} ms`, { cause: error });
    });
  }

  async #wait(ms: number): Promise<void> {
    const shortened = FULL || ms < LONG_MS ? ms : ms * SHORTENED;
    await new Promise((resolve) => setTimeout(resolve, shortened));
  }

  async #visit(): Promise<void> {
    const page = await openApp(this.browser, `${this.server.url}/page`);
    this.#page = page;
    if (loadsOffline(this.scenario)) {
      await page.evaluate(() => void navigator.serviceWorker.register("/worker.js"));
      await waitFor("the worker", () => page.evaluate(() => navigator.serviceWorker.controller !== null));
    }
    await this.#logger();
  }

  async #logger(): Promise<void> {
    // What a flood becomes is not the table's subject.
    const options = { source: SOURCE, environment: "test", endpoint: "/v1/logs", rateLimit: false as const, ...this.scenario.options };
    await this.#here.evaluate((options) => {
      window.log = window.sapwood.createLogger({ ...options, onError() {}, onDrop() {} });
    }, options);
  }

  async #log(count: number, { bytes, level = "info" }: Step): Promise<void> {
    const from = this.#logged + 1;
    this.#logged += count;
    const [first, last] = await this.#here.evaluate(
      ({ from, count, bytes, level }) => {
        const first = Date.now();
        for (let index = from; index < from + count; index += 1) {
          window.log[level](`entry ${index}`, bytes === undefined ? undefined : { fill: "x".repeat(bytes) });
        }
        return [first, Date.now()] as const;
      },
      { from, count, bytes, level },
    );
    this.called.push({ from, count, first, last });
  }

  /** A browser that cannot be taken off the line loses its server. */
  async #network(off: boolean): Promise<void> {
    const { name } = this.browser;
    if (name === "webkit" && off) await this.server.close();
    if (name === "webkit" && !off) await this.server.goOn();
    await this.#here.offline(off);
  }

  async #leave(how: NonNullable<Step["leave"]>): Promise<void> {
    const page = this.#here;
    await this.#read();
    if (how === "kill") {
      await this.browser.kill();
      this.#page = undefined;
      this.browser = await launchWith(this.browser.name, this.profile);
      return;
    }
    if (how === "navigate") return page.goto(`${this.server.url}/blank`);
    if (how === "reload") {
      await page.reload();
      await loaded(page);
      return this.#logger();
    }
    await page.close();
    this.#page = undefined;
  }

  async #read(): Promise<void> {
    const reading = await this.#page?.evaluate(() => window.log?.stats());
    if (reading) this.readings.push(reading);
  }
}
