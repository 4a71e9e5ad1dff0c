/**
 * The configuration of a workerd. Owns: its text, and what a test may ask for. The Worker under test is `main`; beside it there may be
 * the driver that gives it events, and a Worker whose traces it gets.
 */

/** What a Worker under test gets from outside. */
export interface Shape {
  /** Plain texts in its environment. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Classes of Durable Objects that it exports; each is bound by its name in capitals. */
  readonly objects?: readonly string[];
  /** Classes that it exports and that are entries of their own; each is bound by its name in capitals, for the driver as well. */
  readonly entries?: readonly string[];
  /** Is there the driver? */
  readonly events?: boolean;
  /** Can the isolate be inspected, and be told to collect its garbage (`gc()`)? */
  readonly inspector?: boolean;
}

const DATE = "2026-11-01";

const list = (texts: readonly string[]): string => `[${texts.join(", ")}]`;
const quoted = (texts: readonly string[] = []): string => list(texts.map((text) => JSON.stringify(text)));

export function configuration(shape: Shape): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
${shape.events ? `    (name = "driver", worker = .driver),\n    (name = "traced", worker = .traced),\n` : ""}  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (cfBlobHeader = "x-cf"), service = "main"),
${shape.events ? `    (name = "events", address = "127.0.0.1:0", http = (), service = "driver"),\n` : ""}  ],
${shape.inspector ? `  v8Flags = ["--expose-gc"],\n` : ""});
${main(shape)}${shape.events ? events(shape) : ""}`;
}

/** The bindings of a Worker's entries. */
const bindings = ({ entries = [] }: Shape): string[] => entries.map((name) => `(name = "${name.toUpperCase()}", service = (name = "main", entrypoint = "${name}"))`);

function main(shape: Shape): string {
  const { variables = {}, flags, objects = [] } = shape;
  const texts = Object.entries(variables).map(([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`);
  const classes = objects.map((name) => `(name = "${name.toUpperCase()}", durableObjectNamespace = "${name}")`);
  const namespaces = objects.map((name) => `(className = "${name}", uniqueKey = "${name}")`);
  return `const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "core.wasm", wasm = embed "core.wasm"), (name = "sapwood/core.wasm", wasm = embed "core.wasm")],
  compatibilityDate = "${DATE}",
  compatibilityFlags = ${quoted(flags)},
  bindings = ${list([...texts, ...classes, ...bindings(shape)])},
${objects.length ? `  durableObjectNamespaces = ${list(namespaces)},\n  durableObjectStorage = (inMemory = void),\n` : ""});
`;
}

/** Traces go to the first entry, where there is one. */
const events = (shape: Shape): string => `const driver :Workerd.Worker = (
  modules = [(name = "driver.js", esModule = embed "driver.js")],
  compatibilityDate = "${DATE}",
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = ${list(['(name = "MAIN", service = "main")', '(name = "TRACED", service = "traced")', ...bindings(shape)])},
);
const traced :Workerd.Worker = (
  modules = [(name = "traced.js", esModule = "export default { fetch() { console.log('seen'); return new Response(); } }")],
  compatibilityDate = "${DATE}",
  tails = [${shape.entries?.[0] ? `(name = "main", entrypoint = "${shape.entries[0]}")` : `"main"`}],
);
`;
