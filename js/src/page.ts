/**
 * What the environment says of itself: the page, the browser, the host.
 *
 * Owns: reading them where they exist. Does not own: redaction (the core's).
 * Invariants: each text is bounded, for all of them stand in the header of every batch; no address leaves with its query,
 * fragment or credentials. Tested in `tests/facade/page.test.ts`.
 */

import type { Config } from "./options.js";
import { type CoreModule, VERSION } from "./protocol.js";
import { bareUrl, tidy } from "./safe.js";

/** So much of an address, or of what else the environment says, is kept. */
const TEXT_MAX = 2000;

/** An endpoint, resolved against the page; undefined when it is none that can be sent to. */
export function resolve(endpoint: string | null | undefined): URL | undefined {
  try {
    const url = new URL(endpoint!, globalThis.location?.href);
    // `fetch` refuses an address with credentials.
    if (endpoint && /^https?:/.test(url.protocol) && !url.username && !url.password) return url;
  } catch {
    // No address: told by the caller.
  }
  return undefined;
}

/** JSON members, a comma before each, no text longer than a header can bear. */
export function members(object: object): string {
  const bounded = (_: string, value: unknown): unknown => (typeof value === "string" ? tidy(value, TEXT_MAX) : value);
  return "," + JSON.stringify(object, bounded).slice(1, -1);
}

/** What stands in every entry. */
export function common({ source, environment, version }: Config): object {
  return { source, environment, version };
}

/** What runs the logic. */
export const kindOf = (module: CoreModule | undefined): "js" | "wasm" => (module?._script ? "js" : "wasm");

/** What is the same in the header of every batch, as JSON members. */
export function resource(config: Config, module?: CoreModule): string {
  const { location, navigator } = globalThis;
  return members({
    sdk: { name: "sapwood", version: VERSION },
    resource: {
      ...common(config),
      url: location && bareUrl(location.href),
      userAgent: navigator?.userAgent,
      locale: navigator?.language,
      host: location?.host,
    },
    core: kindOf(module),
  });
}
