/**
 * The long tasks of a page's main thread. How long a task takes by the clock depends on what else the machine does; so two
 * instruments are read: the page's own `longtask` entries, by the clock, and the browser's trace, which knows for each task
 * how long its thread was on the processor. On a machine that does nothing else the two agree.
 */
import type { Browser, Page } from "playwright-core";
import { waitFor } from "../support/wait.js";

/** What is kept in the page. */
interface Noted {
  tasks: number[];
}

/** An event of the trace, in µs. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

export interface LongTasks {
  /** Tasks over 50 ms, by the clock, in ms. */
  readonly byTheClock: readonly number[];
  /** The most that one task worked: its time on the processor, in ms. */
  readonly workMs: number;
}

export class PageTasks {
  private constructor(
    private readonly browser: Browser,
    private readonly page: Page,
  ) {}

  /** To be called before the page goes anywhere. */
  static async of(browser: Browser, page: Page): Promise<PageTasks> {
    await page.addInitScript(() => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask", buffered: true });
    });
    return new PageTasks(browser, page);
  }

  /** Proves with a task of `workMs` that both instruments work, so that their silence means something; then begins. */
  async begin(workMs: number): Promise<void> {
    await this.#start();
    await this.page.evaluate((ms) => {
      // In a task of the page's own; what the browser evaluates for a debugger is none. By its own work, whoever interrupts it.
      setTimeout(() => {
        let sum = 0;
        for (const end = performance.now() + ms; performance.now() < end; ) sum += 1;
        return sum;
      });
    }, workMs);
    await waitFor("the task of the test's own", async () => (await this.#noted()).some((ms) => ms >= workMs));
    const { workMs: seen } = await this.end();
    if (!(seen > 0)) throw new Error("the trace tells no time on the processor");
    await this.#start();
  }

  /** What was since `begin`. */
  async end(): Promise<LongTasks> {
    const byTheClock = await this.#noted();
    const { traceEvents } = JSON.parse((await this.browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
    const thread = ({ pid, tid }: TraceEvent): string => `${pid}.${tid}`;
    const main = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(thread));
    const tasks = traceEvents.filter((event) => event.name === "RunTask" && main.has(thread(event)));
    if (tasks.length === 0) throw new Error("the trace holds no task of a page");
    return { byTheClock, workMs: tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1_000), 0) };
  }

  async #start(): Promise<void> {
    await this.page.evaluate(() => ((window as unknown as Noted).tasks.length = 0));
    // All others are left out: with them, a minute's trace would be a hundred megabytes.
    await this.browser.startTracing(this.page, { categories: ["-*", "disabled-by-default-devtools.timeline"] });
  }

  #noted(): Promise<number[]> {
    return this.page.evaluate(() => [...(window as unknown as Noted).tasks]);
  }
}
