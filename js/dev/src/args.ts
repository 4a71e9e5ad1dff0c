/**
 * Owns: the command line: flags, defaults and what a wrong one is told.
 * Does not own: anything that happens afterwards; it starts nothing and prints nothing.
 * Tested in: tests/collector/cli.test.ts.
 */
import { parseArgs } from "node:util";

/** What the command line asks for. */
export type Command =
  | { kind: "help" }
  | { kind: "version" }
  | { kind: "wrong"; sentence: string }
  | { kind: "run"; port: number; host: string; db: string; key: string | undefined; quiet: boolean };

/** Printed by `--help`. */
export const HELP = `Usage: sapwood-dev [options]

Takes the logs of Sapwood clients, keeps them in a SQLite file, shows them on a page.

  --port N      port to listen on (default 4318; 0 picks a free one)
  --host NAME   address to listen on (default 127.0.0.1: this machine only)
  --db FILE     where entries are kept (default sapwood-dev.db)
  --key KEY     take only batches that carry this key
  --quiet       no line per batch
  --help, --version
`;

/** Reads the arguments (without `node` and the script). A wrong one yields a sentence, never a throw. */
export function parseCommand(argv: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        port: { type: "string", default: "4318" },
        host: { type: "string", default: "127.0.0.1" },
        db: { type: "string", default: "sapwood-dev.db" },
        key: { type: "string" },
        quiet: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        version: { type: "boolean", default: false },
      },
    });
    if (values.help) return { kind: "help" };
    if (values.version) return { kind: "version" };
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) return wrong("--port takes a number from 0 to 65535.");
    for (const name of ["host", "db", "key"] as const) {
      if (values[name] === "") return wrong(`--${name} takes a value that is not empty.`);
    }
    return { kind: "run", port: Number(values.port), host: values.host, db: values.db, key: values.key, quiet: values.quiet };
  } catch (error) {
    return wrong(sentenceOf(error));
  }
}

function wrong(sentence: string): Command {
  return { kind: "wrong", sentence };
}

/** `parseArgs` explains itself well in its first sentence; the rest is advice to programmers. */
function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const first = /^[^.\n]*/.exec(text)?.[0] ?? text;
  return `${first}.`;
}
