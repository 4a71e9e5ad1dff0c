/**
 * The wrapping of classes: of Durable Objects and of `WorkerEntrypoint`s.
 *
 * Owns: which methods get a logger, and that what an object gives to its `waitUntil` is known. Invariants: a method that is not the platform's and
 * was not named is left alone; the object's context stays the platform's own, for that takes no other. Tested in `tests/runtimes/events.test.ts`,
 * `objects.test.ts` and `wrapper.test.ts`.
 */

import { SapwoodError } from "../shared.js";
import { around } from "./around.js";
import type { Context, Event } from "./request.js";
import type { Setup } from "./setup.js";

/** What the platform calls, and with how many arguments: on every class, on the one of an object, on that of an entry. */
const COMMON = { fetch: 1 };
const OF_OBJECTS = { alarm: 1, webSocketMessage: 2, webSocketClose: 4, webSocketError: 2 };
const OF_ENTRIES = { scheduled: 1, queue: 1, email: 1, tail: 1 };
/** So many arguments a method may be said to have. */
const ARGUMENTS_MAX = 100;

export type Class = new (...given: unknown[]) => object;
type Methods = Record<string, (this: unknown, ...given: unknown[]) => unknown>;

/** Does the platform's class for entries stand above it? It has a name, and is had from a module that is only there. */
function isEntry(Base: Class): boolean {
  for (let at: unknown = Base; typeof at === "function"; at = Object.getPrototypeOf(at)) if (at.name === "WorkerEntrypoint") return true;
  return false;
}

/** The methods that an application names, with how many arguments they get. */
function checked(methods: object, prototype: Methods): Record<string, number> {
  for (const [name, count] of Object.entries(methods)) {
    const right = typeof prototype[name] === "function" && Number.isInteger(count) && count >= 0 && count <= ARGUMENTS_MAX;
    if (!right) throw new SapwoodError("invalid_option", `methods.${name}`);
  }
  return methods as Record<string, number>;
}

/** The context of an object, whose events may overlap. */
interface Heard {
  readonly events: Set<Event>;
  readonly waitUntil: Context["waitUntil"];
}

const heard = new WeakMap<object, Heard>();

/** Has what is given to its `waitUntil` awaited by each of its events that are under way: which one's it is, nobody says. */
function hear(context: Context): Heard {
  const known = heard.get(context);
  if (known) return known;
  const events = new Set<Event>();
  const { waitUntil: own } = context;
  const waitUntil = typeof own === "function" ? (promise: Promise<unknown>): void => own.call(context, promise) : undefined;
  try {
    const value = (promise: Promise<unknown>): void => {
      for (const event of events) event.wait(promise);
      waitUntil?.(promise);
    };
    if (waitUntil) Object.defineProperty(context, "waitUntil", { value, configurable: true, writable: true });
  } catch {
    // It is frozen: its own events are flushed without.
  }
  const made = { events, waitUntil };
  heard.set(context, made);
  return made;
}

/** A class whose methods get a logger behind the arguments of the platform, or of their callers. */
export function wrapClass<Env>(setupFor: (env: Env) => Setup, Base: Class, methods: object = {}): Class {
  const Wrapped = class extends Base {
    readonly [HEARD]: Heard;
    readonly [ENV]: Env;

    constructor(...given: unknown[]) {
      const known = hear(Object(given[0]) as Context);
      super(...given);
      this[HEARD] = known;
      this[ENV] = given[1] as Env;
    }
  };
  const own = Wrapped.prototype as unknown as Methods;
  const platform: Record<string, number> = { ...COMMON, ...(isEntry(Base) ? OF_ENTRIES : OF_OBJECTS) };
  for (const [kind, count] of Object.entries({ ...checked(methods, own), ...platform })) {
    const method = own[kind];
    if (typeof method !== "function") continue;
    own[kind] = function (...given) {
      const { [HEARD]: known, [ENV]: env } = this as InstanceType<typeof Wrapped>;
      const passed = Array.from({ length: count }, (_, i) => given[i]);
      const handle = (event: Event): unknown => {
        known.events.add(event);
        return method.call(this, ...passed, event.log);
      };
      const keep = (event: Event, done: Promise<void>): void => {
        void done.then(() => known.events.delete(event));
        known.waitUntil?.(done);
      };
      // Of what a caller gives to a method nothing is read.
      return around(setupFor(env), kind, kind in platform ? given[0] : undefined, handle, keep);
    };
  }
  return Wrapped;
}

const HEARD = Symbol("heard");
const ENV = Symbol("env");
