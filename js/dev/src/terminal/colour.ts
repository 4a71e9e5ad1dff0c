/**
 * Owns: whether the terminal shows colours, and the escape sequences of those that are used.
 * Does not own: what is shown in which colour (entry-lines.ts).
 * Invariant: without colours nothing but the text itself is written, so that files and pipes hold text only.
 * Tested in: tests/collector/tail-lines.test.ts.
 */

/** How a piece of text looks. */
export type Style = "plain" | "dim" | "bold" | "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "name" | "tag" | "flow";

/** Gives a text its look; the text must hold no control characters. */
export type Paint = (style: Style, text: string) => string;

// The sixteen colours that every theme defines, so that light and dark terminals both stay readable.
const CODES: Readonly<Record<Style, string>> = {
  plain: "",
  dim: "2",
  bold: "1",
  trace: "2",
  debug: "36",
  info: "32",
  warn: "33",
  error: "1;31",
  fatal: "1;37;41",
  name: "34",
  tag: "35",
  flow: "36",
};

/** The environment variables that decide about colours. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Are colours wanted? `FORCE_COLOR` decides where it is set (`0` and `false` mean no), then `NO_COLOR`, then whether
 * somebody looks.
 */
export function wantsColour(isTty: boolean, environment: Environment): boolean {
  const force = environment["FORCE_COLOR"];
  if (force !== undefined) return force !== "0" && force !== "false";
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  return isTty && environment["TERM"] !== "dumb";
}

/**
 * A painter with or without colours.
 *
 * @example painter(true)("warn", "slow") // "\x1b[33mslow\x1b[0m"
 */
export function painter(colours: boolean): Paint {
  if (!colours) return (_, text) => text;
  return (style, text) => (CODES[style] === "" || text === "" ? text : `\u001b[${CODES[style]}m${text}\u001b[0m`);
}
