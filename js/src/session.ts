/**
 * The session id of the option `session`: one for a tab, or one for all tabs.
 *
 * Owns: its making and its keeping. Does not own: `sessionId`, under which it travels.
 * Invariants: nothing throws, whatever the storage does; without consent nothing is kept; a duplicated tab, which gets a copy of its
 * original's storage, has an id of its own, because a living page keeps its id in memory only. Tested in `tests/facade/session.test.ts`.
 */

import type { Engine } from "./engine.js";
import { flowId } from "./flow.js";
import { listen } from "./listen.js";

const KEY = "sapwood.session";
/** A session ends when nothing was heard of it for so long, in ms. */
const IDLE_MS = 1_800_000;

/** The ids of this page, for all of its loggers. */
const ids = new Map<string, string>();

/** The id for `kind`; kept for the next page until the logger ends. */
export function sessionId(engine: Engine, kind: "tab" | "browser"): string {
  const isTab = kind === "tab";
  /** Does something with the storage, where that is allowed. */
  const keep = (act: (storage: Storage) => void): void => {
    try {
      if (engine._consent === "granted") act(isTab ? sessionStorage : localStorage);
    } catch {
      // There is none, or it is full: the id lives as long as the page.
    }
  };
  const put = (): void => keep((storage) => storage.setItem(KEY, `${ids.get(kind)!} ${Date.now()}`));
  const take = (): void => keep((storage) => storage.removeItem(KEY));
  if (!ids.has(kind)) {
    keep((storage) => {
      const [id, at] = storage.getItem(KEY)!.split(" ") as [string, string];
      if (Math.abs(Date.now() - +at) < IDLE_MS) ids.set(kind, id);
    });
    if (!ids.get(kind)) ids.set(kind, flowId(kind));
  }
  // Other tabs share it at once; a tab's own is there only between two pages.
  if (isTab) take();
  else put();
  const unlisten = listen({ pagehide: put, ...(isTab && { pageshow: take }) });
  const detach = engine._detach;
  engine._detach = () => {
    detach?.();
    unlisten();
    put();
    ids.delete(kind);
  };
  return ids.get(kind)!;
}
