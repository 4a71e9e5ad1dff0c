/**
 * The core as the engine uses it: started once, called through one gate, dead after a trap.
 *
 * Owns: the configuration record, the one gate (`run`) for our calls and the browser's.
 * Does not own: the tapes, flushes and what a trap means (ending.ts), when to start (start.ts).
 * Invariant: nothing here throws.
 * Tested in `tests/facade/degraded.test.ts`, `ending.test.ts` and `options.test.ts`.
 */

import { failed } from "./ending.js";
import type { Engine } from "./engine.js";
import { end, handIn } from "./msgpack.js";
import { RECORD_FROM, RECORD_TO } from "./options.js";
import { common, members, resource } from "./page.js";
import { CONSENTS, type CoreModule, NOTIFY_DROPPED, NOTIFY_JOURNAL, NOTIFY_SETTLED, PROBLEMS } from "./protocol.js";
import type { Fragment } from "./scope.js";
import { LIST, type Tape } from "./tape.js";
import { whole } from "./whole.js";
import { begin, value } from "./writer.js";

/** Writes the configuration record of docs/boundary.md. Its values have been checked, so they go on a tape as they are. */
function writeConfig(engine: Engine, crossOrigin: boolean): void {
  const { _config: config, _consent, _loader, _url } = engine;
  const { redact } = config;
  const keys = typeof redact === "object" ? redact.keys : [];
  const tape: Tape = [
    ...Object.values(config)
      .slice(RECORD_FROM, RECORD_TO)
      .map((option) => option ?? null),
    CONSENTS.indexOf(_consent),
    !!redact,
    crossOrigin,
    !_loader._edge && !!globalThis.Request && "keepalive" in Request.prototype,
    !/^(localhost$|127\.|\[::1)/.test(_url!.hostname),
    config.apiKey || "",
    members(common(config)),
    (engine._resource = resource(config, engine._module)),
    LIST,
    keys.length,
    ...keys,
  ];
  for (let i = 0; i < tape.length; ) i = value(tape, i, Infinity);
}

/** Runs what may trap, while there is a core that has not. */
export function run<T>(engine: Engine, fn: (module: CoreModule, core: number) => T): T | undefined {
  try {
    if (engine._alive()) return fn(engine._module!, engine._core);
  } catch (cause) {
    failed(engine, cause);
  }
  return undefined;
}

/** Starts the core of a logger that has none, and has not ended meanwhile. Throws where `load` does. */
export function startCore(engine: Engine, load: () => CoreModule): void {
  if (engine._module || engine._dead !== undefined) return;
  const module = load();
  // From here on the core watches the page.
  engine._unlisten?.();
  const { apiKey } = engine._config;
  const { href, origin } = engine._url!;
  const crossOrigin = !!globalThis.location && origin !== location.origin;
  const init = (headers: Record<string, string>): RequestInit => ({
    method: "POST",
    redirect: "error",
    credentials: crossOrigin ? "omit" : "same-origin",
    // The page's address has a query.
    referrerPolicy: "origin",
    ...engine._loader._edge,
    headers,
  });
  const simpleInit = init({ "Content-Type": "text/plain" });
  const { _notifier } = engine;
  engine._module = module;
  run(engine, () => {
    begin();
    if (!module._configured) writeConfig(engine, crossOrigin);
    engine._core = module._start(
      handIn(module),
      href,
      init({ "Content-Type": "application/json", ...(apiKey && { "X-API-Key": apiKey }) }),
      simpleInit,
      (kind, subject, first, b, c, d) => {
        const a = first as number;
        if (kind === NOTIFY_SETTLED) engine._waiting.get(subject)?.(a, b, c, d);
        else if (kind === NOTIFY_JOURNAL) engine._store?.(subject, first as Uint8Array<ArrayBuffer>);
        else if (kind === NOTIFY_DROPPED) _notifier._dropped(subject, a);
        else _notifier._problem(PROBLEMS[subject] || "internal", undefined, undefined, a || undefined);
      },
      () => engine._drain(),
      // A core that trapped is called no more. The timer (0) comes in a task of its own; an answer may come inside of a call, where the
      // page has replaced `fetch`.
      (...signal) =>
        engine._module === module &&
        whole(engine, signal[0] && (signal[3] || signal), () => run(engine, (_, core) => module._receive(core, ...signal))),
    );
    // What other cores have answered for, none of this one's batches counts.
    engine._shift = (module._used || 0) - engine._past.reduce((sum, count) => sum + count, 0);
    if (!engine._loader._edge) module._listen(engine._core);
    if (engine._config.offline === "persist") {
      engine._store = module._journal?.(href, apiKey, simpleInit, (fn) => engine._module === module && run(engine, (_, core) => fn(core)));
      if (!engine._store) _notifier._problem("store_failed");
    }
  });
}

/** Counter `index`, as it stands or stood last; 0 of a core that never started. */
export function stat({ _module, _core, _past }: Engine, index: number): number {
  const past = _past[index] || 0;
  try {
    return past + (_core && _module!._stat(_core, index));
  } catch {
    return past;
  }
}

/** Deep-merges context fields; undefined where that fails, or passes the bounds of one. */
export function merge(engine: Engine, contexts: readonly Fragment[]): Uint8Array | undefined {
  const limit = engine._config.maxDataBytes;
  return run(engine, (module) => {
    begin();
    for (const context of contexts) value(context, 1, end + limit);
    const length = module._merge(handIn(module));
    const at = module._reserve(0);
    return length && length <= limit ? new Uint8Array(module._memory.buffer, at, length).slice() : undefined;
  });
}
