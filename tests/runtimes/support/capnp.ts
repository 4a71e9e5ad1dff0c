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
    (name = "http", address = "127.0.0.1:0", http = (), service = "main"),
${shape.events ? `    (name = "events", address = "127.0.0.1:0", http = (), service = "driver"),\n` : ""}  ],
${shape.inspector ? `  v8Flags = ["--expose-gc"],\n` : ""});
${main(shape)}${shape.events ? EVENTS : ""}`;
}

function main({ variables = {}, flags, objects = [] }: Shape): string {
  const texts = Object.entries(variables).map(([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`);
  const classes = objects.map((name) => `(name = "${name.toUpperCase()}", durableObjectNamespace = "${name}")`);
  const namespaces = objects.map((name) => `(className = "${name}", uniqueKey = "${name}")`);
  return `const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js"), (name = "core.wasm", wasm = embed "core.wasm"), (name = "sapwood/core.wasm", wasm = embed "core.wasm")],
  compatibilityDate = "${DATE}",
  compatibilityFlags = ${quoted(flags)},
  bindings = ${list([...texts, ...classes])},
${objects.length ? `  durableObjectNamespaces = ${list(namespaces)},\n  durableObjectStorage = (inMemory = void),\n` : ""});
`;
}

const EVENTS = `const driver :Workerd.Worker = (
  modules = [(name = "driver.js", esModule = embed "driver.js")],
  compatibilityDate = "${DATE}",
  compatibilityFlags = ["service_binding_extra_handlers"],
  bindings = [(name = "MAIN", service = "main"), (name = "TRACED", service = "traced")],
);
const traced :Workerd.Worker = (
  modules = [(name = "traced.js", esModule = "export default { fetch() { console.log('seen'); return new Response(); } }")],
  compatibilityDate = "${DATE}",
  tails = ["main"],
);
`;
