/**
 * The session id of the option `session`: one for a tab, or one for all tabs.
 *
 * Owns: its making and its keeping. Does not own: `sessionId`, under which it travels.
 * Invariants: nothing throws, whatever the storage does; without consent nothing is read or kept; a duplicated tab, which gets a copy
 * of its original's storage, has an id of its own, because a living page keeps its id in memory only; tabs that share one agree on it
 * within a minute of logging. Tested in `tests/facade/session.test.ts`.
 */

import { flowId } from "./flow.js";
import { listen } from "./listen.js";
import type { Logger } from "./logger.js";
import { FIELD_SESSION_ID } from "./protocol.js";

const KEY = "sapwood.session";
/** A session ends when nothing was heard of it for so long, in ms. */
const IDLE_MS = 1_800_000;
/** Other tabs hear of a page that logs so often, in ms, and it of them. */
const HEAR_MS = 60_000;
/** No session id is longer. */
const ID_MAX = 100;

/** The ids of this page, for all of its loggers. */
const ids = new Map<string, string>();

/** Gives `log` the id for `kind`, unless it is given another one; kept for the next page until the logger ends. */
export function keepSession(log: Logger, kind: "tab" | "browser"): void {
  const engine = log._engine;
  const isTab = kind === "tab";
  let id = "";
  let heardAt = 0;
  /** The consent at that time. */
  let consent: unknown;
  /** Does something with the storage, where that is allowed. */
  const keep = (act: (storage: Storage) => void): void => {
    try {
      if (engine._consent === "granted") act(isTab ? sessionStorage : localStorage);
    } catch {
      // There is none, or it is full: the id lives as long as the page.
    }
  };
  const put = (): void => keep((storage) => storage.setItem(KEY, `${id} ${Date.now()}`));
  const take = (): void => keep((storage) => storage.removeItem(KEY));
  engine._hear = () => {
    const now = Date.now();
    if (consent === engine._consent && (isTab || Math.abs(now - heardAt) < HEAR_MS)) return;
    consent = engine._consent;
    heardAt = now;
    keep((storage) => {
      const [stored, at] = storage.getItem(KEY)!.split(" ") as [string, string];
      if (stored && Math.abs(now - +at) < IDLE_MS) ids.set(kind, stored.slice(0, ID_MAX));
    });
    const last = id;
    id = ids.get(kind) ?? (id || flowId(kind));
    ids.set(kind, id);
    if (!last || log._own.some(([field, value]) => field === FIELD_SESSION_ID && value === last)) log.setSessionId(id);
    // Other tabs share it at once; a tab's own is there only between two pages.
    if (isTab) take();
    else put();
  };
  engine._hear();
  const unlisten = listen({ pagehide: put, ...(isTab && { pageshow: take }) });
  const detach = engine._detach;
  engine._detach = () => {
    detach?.();
    unlisten();
    put();
    engine._hear = undefined;
    ids.delete(kind);
  };
}
