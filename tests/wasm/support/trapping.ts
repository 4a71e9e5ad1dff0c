/** Instances of the real module in which one of the exports traps. Owns: how each of them is made to. */
import { coreBytes } from "../../../js/generated/journal/bytes.js";
import { connect } from "../../../js/generated/journal/glue.js";
import { inlined } from "../../../js/src/loader.js";
import type { CoreModule, Loader } from "../../../js/src/protocol.js";
import type { RootLogger } from "../../../js/src/root.js";

/** An address beyond the memory, and so far from its end that no sum wraps: whoever is called with it traps. */
const NOWHERE = 0x7fff_0000;

/** All exports; the last one is of the core with a journal alone. */
export const CALLS = ["_records", "_flush", "_receive", "_consent", "_listen", "_start", "_reserve", "_merge", "_stat", "_stored"] as const;
export type Call = (typeof CALLS)[number];

/** Instances of the module, with traps in the calls of that name: in the first `most` instances, once they are armed. */
export function trapping(name: Call, most: number): { loader: Loader; arm: () => void } {
  let armed = false;
  let instances = 0;
  let current: CoreModule | undefined;
  const make = (): CoreModule => {
    inlined._drop?.();
    const module = name === "_stored" ? journalled() : inlined._now();
    const traps = instances++ < most;
    if (name === "_stored") {
      const _journal: CoreModule["_journal"] = (_url, _key, _init, call) => {
        // It is open and holds nothing: said in a task of its own, as a database does. What is stored then is not answered.
        setTimeout(() => call((core) => module._stored!(armed && traps ? NOWHERE : core, 0, 0, 0)));
        return () => {};
      };
      return { ...module, _journal };
    }
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

/** An instance of the core with a journal. */
function journalled(): CoreModule {
  return connect((imports) => new WebAssembly.Instance(new WebAssembly.Module(coreBytes()), imports).exports);
}

/** So many that one is made of them. */
export const PATCHES = 40;
export function patch(log: RootLogger): void {
  for (let last = 0; last < PATCHES; last++) log.setContext({ last });
}
