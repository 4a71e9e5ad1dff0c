/**
 * The logger of this page. One per application: every other module imports `log`, or makes a child of it.
 */
import { createLogger } from "sapwood";

export const log = createLogger({
  source: "checkout-example",
  environment: "development",
  version: "0.1.0",
  // On the page's own origin: server.mjs passes batches on, so there is no key in the page and no CORS.
  endpoint: "/v1/logs",
  tags: ["shop"],
  // Uncaught errors and unhandled rejections become `error` entries.
  captureErrors: true,
  // Shorter than the defaults (5 s; 1 s to 30 s), so that whoever watches the collector need not wait.
  flushInterval: 1_000,
  retry: { initialDelayMs: 500, maxDelayMs: 4_000 },
});

// Context that all entries after this carry. A session ends with its tab.
log.setSessionId(sessionId());

/** The user of all entries from now on; an empty id is a guest. */
export function signIn(userId) {
  log.setUserId(userId || null);
  log.info(userId ? "Signed in" : "Signed out");
}

function sessionId() {
  const known = sessionStorage.getItem("session");
  if (known) return known;
  const fresh = `sess_${crypto.randomUUID()}`;
  sessionStorage.setItem("session", fresh);
  return fresh;
}
