/**
 * What a page under a strict policy runs, by itself: a test that told it what to do would do so past the policy. Its address names the
 * logger's options and what is to be done; the outcome waits on `window` until a test reads it.
 */
import { createLogger, type FlushResult, type LoggerOptions, type Stats } from "sapwood";

/** What came of it. */
export interface Outcome {
  readonly flushed: FlushResult;
  readonly stats: Stats;
  /** The same after `close()`. */
  readonly closed: Stats;
  /** The codes that `onError` was given, in order. */
  readonly problems: readonly string[];
  readonly drops: Readonly<Record<string, number>>;
}

/** How a page is told. */
export interface Task {
  readonly options: Omit<LoggerOptions, "onError" | "onDrop">;
  /** How many loggers do it, one after the other. */
  readonly loggers: number;
  /** How often each flushes, and how long it waits for it, in ms. */
  readonly flushes: number;
  readonly timeoutMs: number;
}

declare global {
  interface Window {
    outcomes: Promise<Outcome[]>;
  }
}

/** The frame that has to be seen in the error's stack. */
function payForTheOrder(): never {
  throw new TypeError("declined");
}

async function checkout({ options, flushes, timeoutMs }: Task): Promise<Outcome> {
  const problems: string[] = [];
  const drops: Record<string, number> = {};
  const log = createLogger({
    ...options,
    onError: ({ code }) => void problems.push(code),
    onDrop: (reason, count) => void (drops[reason] = (drops[reason] ?? 0) + count),
  });
  const flow = log.flow("checkout").info("Cart validated", { items: 3, price: 1.5, password: "hunter2" });
  try {
    payForTheOrder();
  } catch (error) {
    flow.fail(error);
  }
  let flushed = await log.flush({ timeoutMs });
  for (let again = 1; again < flushes; again += 1) flushed = await log.flush({ timeoutMs });
  const stats = log.stats();
  await log.close({ timeoutMs });
  return { flushed, stats, closed: log.stats(), problems, drops };
}

async function run(task: Task): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let done = 0; done < task.loggers; done += 1) outcomes.push(await checkout(task));
  return outcomes;
}

window.outcomes = run(JSON.parse(new URLSearchParams(location.search).get("task")!) as Task);
