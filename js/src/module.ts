/**
 * How a core that comes as a module, and not as a page's, is instantiated: on servers and edges, and wherever `sapwood/slim` is used.
 *
 * Owns: the one instance of each loader. Invariants: only a success is kept, so that a failure can be tried again; nothing is
 * done before it is wanted. Tested in `tests/package` and `tests/runtimes`.
 */

import { connect } from "../generated/glue.js";
import { EDGE_INIT } from "./edge.js";
import type { CoreModule, Loader } from "./protocol.js";
import type { CoreSource } from "./slim.js";

/** An instance of a compiled core; `host` is its global object. */
export function instance(module: WebAssembly.Module, host?: object): CoreModule {
  return connect((imports) => new WebAssembly.Instance(module, imports).exports, host);
}

/** A place where code runs. */
export interface Platform {
  /** An instance of the core for each call. */
  readonly _connect: (host?: object) => CoreModule;
  /** As in `Loader`; empty where requests are no worlds of their own. */
  readonly _edge: RequestInit;
  /** Does the console keep objects as such? */
  readonly _structured: boolean;
}

/** Where the platform compiles the core when it is deployed. */
export function edge(module: WebAssembly.Module): Platform {
  return { _connect: (host) => instance(module, host), _edge: EDGE_INIT, _structured: true };
}

/** The loader of all loggers there that are not a request's. */
export function edgeLoader(platform: Platform): Loader {
  let loaded: CoreModule | undefined;
  const now = (): CoreModule => (loaded ??= platform._connect());
  return { _now: now, _later: async () => now(), _drop: () => (loaded = undefined), _edge: platform._edge };
}

/** Is every request a world of its own here? For code that runs everywhere. */
const isEdge = (): boolean => "EdgeRuntime" in globalThis || globalThis.navigator?.userAgent === "Cloudflare-Workers";

/** A loader for a module that was brought. */
export function brought(source: CoreSource): Loader {
  let loaded: CoreModule | undefined;
  const loader: Loader = {
    _now() {
      if (loaded) return loaded;
      if (typeof source === "function") throw new Error("the core is not loaded yet");
      return (loaded = instance(source));
    },
    async _later() {
      const module = loaded ? undefined : await (typeof source === "function" ? source() : source);
      return (loaded ??= instance(module!));
    },
    _drop() {
      loaded = undefined;
    },
  };
  return isEdge() ? { ...loader, _edge: EDGE_INIT } : loader;
}
