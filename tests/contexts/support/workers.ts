/** Starting workers of each kind in a page, and asking them. Owns: what runs in the page for that. */
import type { RealPage } from "../../support/browsers.js";
import type { Question } from "../inside/worker.js";
import type { Kind } from "./bundle.js";

export const WORKERS = ["dedicated", "shared", "service"] as const;
export type WorkerName = (typeof WORKERS)[number];

/** How a worker is started. */
export interface Start {
  readonly worker: WorkerName;
  readonly kind: Kind;
  /** Its script, which is no other worker's. */
  readonly url: string;
}

/** Starts the worker from the page and resolves with its answer; rejects when it cannot be started, or says that it failed. */
export async function ask<T>(page: RealPage, start: Start, question: Question): Promise<T> {
  const { outcome } = await page.evaluate(
    async ({ start: { worker, kind: type, url }, question }) => {
      const { port1, port2 } = new MessageChannel();
      const answered = new Promise<{ outcome: unknown }>((resolve, reject) => {
        // What a test lets a worker throw is its own business.
        const fails = (event: Event) => question.ask === "uncaught" || reject(new Error(`the worker: ${(event as ErrorEvent).message}`));
        port1.onmessage = ({ data }) => (data.error === undefined ? resolve(data) : reject(new Error(data.error)));
        if (worker === "dedicated") {
          const dedicated = new Worker(url, { type });
          dedicated.onerror = fails;
          dedicated.postMessage(question, [port2]);
        } else if (worker === "shared") {
          const shared = new SharedWorker(url, { type });
          shared.onerror = fails;
          shared.port.postMessage(question, [port2]);
        } else {
          const post = async () => {
            const registration = await navigator.serviceWorker.register(url, { type });
            const service = (registration.installing ?? registration.waiting ?? registration.active)!;
            const active = () => service.state === "activated" && service.postMessage(question, [port2]);
            if (active() === false) service.addEventListener("statechange", active);
          };
          post().catch(reject);
        }
      });
      return answered;
    },
    { start, question },
  );
  return outcome as T;
}
