/**
 * A worker of any kind: does what it is asked, and answers at the port that came with the question. A page asks a dedicated worker and a
 * service worker directly, and a shared one at its connection.
 */
import { createLogger, type LoggerOptions, type Stats } from "sapwood";
import { type Outcomes, runScenarios } from "../../runtimes/scenarios/scenarios.js";

/** What it may be asked. */
export type Question = { readonly ask: "scenarios"; readonly endpoint: string } | { readonly ask: "uncaught" | "held"; readonly options: LoggerOptions };

/** What a logger came to, where it could not deliver. */
export interface Held {
  readonly stats: Stats;
  readonly closed: Stats;
  readonly problems: readonly string[];
  /** What was thrown and nobody caught. */
  readonly thrown: readonly string[];
}

/** Logs what nobody catches: a throw and a rejection, each in a task of its own. */
async function uncaught(options: LoggerOptions): Promise<object> {
  const log = createLogger({ ...options, captureErrors: true });
  setTimeout(() => {
    throw new RangeError("thrown in a worker");
  });
  void Promise.reject(new TypeError("rejected in a worker"));
  // Browsers tell of a rejection after the task that it happened in: until both are there.
  for (let turn = 0; turn < 500 && log.stats().accepted < 2; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  return log.close();
}

async function held(options: LoggerOptions): Promise<Held> {
  const [problems, thrown]: [string[], string[]] = [[], []];
  addEventListener("error", ({ message }) => thrown.push(message));
  addEventListener("unhandledrejection", ({ reason }) => thrown.push(String(reason)));
  const log = createLogger({ ...options, onError: ({ code }) => void problems.push(code), onDrop() {} });
  log.info("held").flow("checkout").ok();
  await log.flush({ timeoutMs: 200 });
  const stats = log.stats();
  await log.close({ timeoutMs: 200 });
  return { stats, closed: log.stats(), problems, thrown };
}

function does(question: Question): Promise<Outcomes | object> {
  if (question.ask === "scenarios") return runScenarios(createLogger, question.endpoint);
  return question.ask === "uncaught" ? uncaught(question.options) : held(question.options);
}

function answer(event: MessageEvent): void {
  const work = does(event.data as Question).then(
    (outcome) => event.ports[0]!.postMessage({ outcome }),
    (error: unknown) => event.ports[0]!.postMessage({ error: String(error) }),
  );
  // A service worker lives as long as its events.
  (event as { waitUntil?(work: Promise<void>): void }).waitUntil?.(work);
}

addEventListener("message", answer);
addEventListener("connect", ({ ports }: MessageEventInit & Event) => {
  ports![0]!.addEventListener("message", answer as EventListener);
  ports![0]!.start();
});
