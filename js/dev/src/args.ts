/**
 * Owns: the command line: commands, flags, defaults and what a wrong one is told.
 * Does not own: anything that happens afterwards (commands/); it starts nothing and prints nothing. The grammar of an alert
 * is in alerts/rule.ts, that of filters in filter.ts.
 * Tested in: tests/collector/cli.test.ts.
 */
import { parseArgs } from "node:util";
import { AlertError, parseRule, type AlertRule } from "./alerts/rule.js";
import { FILTER_NAMES, FilterError, isFilterName, parseFilter, type Filter } from "./filter.js";
import { KEPT_BYTES_DEFAULT, KEPT_MS_DEFAULT, QUERIED_ENTRIES_DEFAULT, QUERIED_ENTRIES_MAX } from "./limits.js";
import { ageIn, bytesIn } from "./amounts.js";

/** How a collector is to run. */
export interface RunCommand {
  readonly kind: "run";
  readonly port: number;
  readonly host: string;
  readonly db: string;
  readonly key: string | undefined;
  readonly quiet: boolean;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Which entries to print as they come; undefined: none. */
  readonly tail: Filter | undefined;
  readonly json: boolean;
  readonly alerts: readonly AlertRule[];
  readonly open: boolean;
}

/** Which stored entries to print. */
export interface QueryCommand {
  readonly kind: "query";
  readonly db: string;
  readonly filter: Filter;
  readonly limit: number;
  readonly json: boolean;
}

/** Which stored entries to write out. */
export interface ExportCommand {
  readonly kind: "export";
  readonly db: string;
  readonly filter: Filter;
}

/** What the command line asks for. */
export type Command = { kind: "help" } | { kind: "version" } | { kind: "wrong"; sentence: string } | RunCommand | QueryCommand | ExportCommand;

/** The line is wrong; the message is a sentence for the user. */
class ArgumentError extends Error {}

const TEXT = { type: "string" } as const;
const FLAG = { type: "boolean", default: false } as const;
const COMMON = { db: { type: "string", default: "sapwood-dev.db" }, help: FLAG, version: FLAG } as const;

/** Reads the arguments (without `node` and the script). A wrong one yields a sentence, never a throw. */
export function parseCommand(argv: readonly string[]): Command {
  try {
    const [first = "", ...rest] = argv;
    if (first === "query") return parseQuery(rest);
    if (first === "export") return parseExport(rest);
    if (first !== "" && !first.startsWith("-")) throw new ArgumentError(`There is no command '${first}'; there are query and export.`);
    return parseRun(argv);
  } catch (error) {
    return { kind: "wrong", sentence: sentenceOf(error) };
  }
}

function parseRun(argv: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...COMMON,
      port: { type: "string", default: "4318" },
      host: { type: "string", default: "127.0.0.1" },
      key: TEXT,
      "max-bytes": TEXT,
      "max-age": TEXT,
      quiet: FLAG,
      tail: FLAG,
      json: FLAG,
      alert: { type: "string", multiple: true, default: [] as string[] },
      open: FLAG,
    },
  });
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) throw new ArgumentError("--port takes a number from 0 to 65535.");
  notEmpty(values, "host", "db", "key");
  if (!values.tail && positionals[0] !== undefined) throw new ArgumentError(`Unexpected argument '${positionals[0]}'; filters go with --tail.`);
  if (values.json && !values.tail) throw new ArgumentError("--json goes with --tail.");
  return {
    kind: "run",
    port: Number(values.port),
    host: values.host,
    db: values.db,
    key: values.key,
    quiet: values.quiet,
    maxBytes: values["max-bytes"] === undefined ? KEPT_BYTES_DEFAULT : amount("max-bytes", bytesIn(values["max-bytes"]), "100MB or 2GB; 0 is without a bound"),
    maxAgeMs: values["max-age"] === undefined ? KEPT_MS_DEFAULT : amount("max-age", ageIn(values["max-age"]), "12h or 7d; 0 is for ever"),
    tail: values.tail ? filterOf(positionals) : undefined,
    json: values.json,
    alerts: values.alert.map(parseRule),
    open: values.open,
  };
}

function parseQuery(argv: readonly string[]): Command {
  const options = { ...COMMON, limit: TEXT, json: FLAG } as const;
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  notEmpty(values, "db");
  const limit = Number(values.limit ?? QUERIED_ENTRIES_DEFAULT);
  if (!Number.isInteger(limit) || limit < 1 || limit > QUERIED_ENTRIES_MAX) throw new ArgumentError(`--limit takes a number from 1 to ${QUERIED_ENTRIES_MAX}.`);
  // One text may stand by itself; it is what `q=` says otherwise.
  const text = positionals.findIndex((word) => !/^[a-z]+=/.test(word));
  const words = positionals.map((word, index) => (index === text ? `q=${word}` : word));
  return { kind: "query", db: values.db, filter: filterOf(words), limit, json: values.json };
}

function parseExport(argv: readonly string[]): Command {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: COMMON });
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  notEmpty(values, "db");
  return { kind: "export", db: values.db, filter: filterOf(positionals) };
}

/** Reads words of the form `name=value`. */
function filterOf(words: readonly string[]): Filter {
  return parseFilter(words.map((word) => {
    const at = word.indexOf("=");
    const name = word.slice(0, Math.max(0, at));
    if (at < 0) throw new ArgumentError(`Unexpected argument '${word}'; filters are name=value.`);
    if (!isFilterName(name)) throw new ArgumentError(`There is no filter '${name}'; there are ${FILTER_NAMES.join(", ")}.`);
    return [name, word.slice(at + 1)] as const;
  }));
}

function notEmpty(values: Readonly<Record<string, unknown>>, ...names: readonly string[]): void {
  for (const name of names) if (values[name] === "") throw new ArgumentError(`--${name} takes a value that is not empty.`);
}

function amount(name: string, value: number | undefined, examples: string): number {
  if (value === undefined) throw new ArgumentError(`--${name} takes an amount such as ${examples}.`);
  return value;
}

/** `parseArgs` explains itself well in its first sentence; the rest is advice to programmers. Our own sentences are whole. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof ArgumentError || error instanceof FilterError || error instanceof AlertError) return text;
  return `${/^[^.\n]*/.exec(text)?.[0] ?? text}.`;
}
