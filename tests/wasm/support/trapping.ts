/** Instances of the real module in which one of the exports traps. Owns: how each of them is made to. */
import { inlined } from "../../../js/src/loader.js";
import type { CoreModule, Loader } from "../../../js/src/protocol.js";
import type { RootLogger } from "../../../js/src/root.js";

/** An address beyond the memory, and so far from its end that no sum wraps: whoever is called with it traps. */
const NOWHERE = 0x7fff_0000;

/** All exports. */
export const CALLS = ["_records", "_flush", "_receive", "_consent", "_listen", "_start", "_reserve", "_merge", "_stat"] as const;
export type Call = (typeof CALLS)[number];

/** Instances of the module, with traps in the calls of that name: in the first `most` instances, once they are armed. */
export function trapping(name: Call, most: number): { loader: Loader; arm: () => void } {
  let armed = false;
  let instances = 0;
  let current: CoreModule | undefined;
  const make = (): CoreModule => {
    inlined._drop?.();
    const module = inlined._now();
    const traps = instances++ < most;
    const call = module[name] as (...given: unknown[]) => unknown;
    const trapped = (_: unknown, ...rest: unknown[]): unknown => {
      // What is given no core has its trap from another call; `_start` traps for an empty configuration.
      if (name === "_reserve" || name === "_merge") return module._consent(NOWHERE, 1);
      return call(name === "_start" ? 0 : NOWHERE, ...rest);
    };
    return { ...module, [name]: (...given: unknown[]) => (armed && traps ? trapped : call)(...(given as [unknown])) };
  };
  const now = (): CoreModule => (current ??= make());
  const loader: Loader = { _now: now, _later: async () => now(), _drop: () => (current = undefined) };
  return { loader, arm: () => (armed = true) };
}

/** So many that one is made of them. */
export const PATCHES = 40;
export function patch(log: RootLogger): void {
  for (let last = 0; last < PATCHES; last++) log.setContext({ last });
}
