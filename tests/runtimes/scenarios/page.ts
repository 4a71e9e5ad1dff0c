/**
 * The scenarios in a browser: in a page, and in each kind of worker, of which this file is then the script. Whoever asks sends the
 * endpoint and a port, which gets the outcomes.
 */
import { createLogger } from "sapwood";
import { runScenarios } from "./scenarios.js";

/** What is asked, and where the logs go. */
export interface Question {
  readonly what: "scenarios" | "crash";
  readonly endpoint: string;
}

/** Throws what nobody catches, and resolves when it is delivered. */
async function crash(endpoint: string): Promise<unknown> {
  const log = createLogger({ source: "crash", endpoint, captureErrors: true });
  setTimeout(() => {
    throw new TypeError("nobody caught this");
  });
  void Promise.reject(new RangeError("nobody handled this"));
  const deadline = Date.now() + 10_000;
  while (log.stats().accepted < 2 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
  return log.close();
}

async function answer({ data, ports: [port] }: MessageEvent): Promise<void> {
  const { what, endpoint } = data as Question;
  port!.postMessage(await (what === "crash" ? crash(endpoint) : runScenarios(createLogger, endpoint)));
}

addEventListener("message", (event) => {
  const running = answer(event);
  // A service worker lives as long as it is told to.
  (event as Partial<{ waitUntil(work: Promise<void>): void }>).waitUntil?.(running);
});
// A shared worker hears through its ports.
addEventListener("connect", (event) => {
  (event as MessageEvent).ports[0]!.onmessage = answer;
});
