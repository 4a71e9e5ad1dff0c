/**
 * How a core that comes as a module, and not as a page's, is instantiated: on servers and edges, and wherever `sapwood/slim` is used.
 *
 * Owns: the one instance of each loader; on edges pools own theirs (pool.ts). Invariants: only a success is kept, so that a failure can be tried again; nothing is
 * done before it is wanted. Tested in `tests/package` and `tests/runtimes`.
 */

import { connect } from "../generated/glue.js";
import { createEdge, EDGE_INIT } from "./edge.js";
import { Pool } from "./pool.js";
import type { CoreModule, Loader } from "./protocol.js";
import type { RootLogger } from "./root.js";
import type { CoreSource } from "./slim.js";
import type { LoggerOptions } from "./types.js";

/** An instance of a compiled core; `host` is its global object. */
export function instance(module: WebAssembly.Module, host?: object): CoreModule {
  return connect((imports) => new WebAssembly.Instance(module, imports).exports, host);
}

/** A place where code runs. */
export interface Platform {
  /** The cores of all loggers here, and of those that print. */
  _pool?: Pool;
  _printing?: Pool;
  /** An instance of the core for each call. */
  readonly _connect: (host?: object) => CoreModule;
  /** As in `Loader`; empty where requests are no worlds of their own. */
  readonly _edge: RequestInit;
  /** Does the console keep objects as such? */
  readonly _structured: boolean;
}

/** Where the platform compiles the core when it is deployed. */
export function edge(module: WebAssembly.Module): Platform & { readonly _pool: Pool } {
  const _connect = (host?: object): CoreModule => instance(module, host);
  return { _connect, _edge: EDGE_INIT, _structured: true, _pool: new Pool(_connect, EDGE_INIT) };
}

/** Is every request a world of its own here, or is it a process? For code that runs everywhere. */
export const isEdge = (): boolean => "EdgeRuntime" in globalThis || globalThis.navigator?.userAgent === "Cloudflare-Workers";
export const isProcess = (): boolean => !!(globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node;

/** A module that an application brings: at once where it is one, or when it has been got. */
function modules(source: CoreSource): { now(): WebAssembly.Module; later(): Promise<WebAssembly.Module> } {
  let module = typeof source === "function" ? undefined : source;
  return {
    now() {
      if (!module) throw new Error("the core is not loaded yet");
      return module;
    },
    later: async () => (module ??= await (source as () => WebAssembly.Module | PromiseLike<WebAssembly.Module>)()),
  };
}

/** A loader for a module that was brought. */
export function brought(source: CoreSource): Loader {
  const { now, later } = modules(source);
  let loaded: CoreModule | undefined;
  return {
    _now: () => (loaded ??= instance(now())),
    _later: async () => (loaded ??= instance(await later())),
    _drop: () => (loaded = undefined),
  };
}

/** `createLogger` on an edge for a module that was brought. */
export function broughtToEdge(options: LoggerOptions, source: CoreSource): RootLogger {
  const { now, later } = modules(source);
  return createEdge(options, new Pool(() => instance(now()), EDGE_INIT), later);
}
