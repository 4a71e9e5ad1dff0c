/**
 * The scenarios in a browser: in a page, and in each kind of worker, of which this file is then the script. Whoever asks sends the
 * endpoint and a port, which gets the outcomes.
 */
import { createLogger } from "sapwood";
import { runScenarios } from "./scenarios.js";

async function answer({ data, ports: [port] }: MessageEvent): Promise<void> {
  port!.postMessage(await runScenarios(createLogger, data as string));
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
