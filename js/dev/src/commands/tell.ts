/** Owns: the program's own sentences on standard error. Tested in: tests/collector/cli.test.ts. */
import { visible } from "../visible.js";

/** Prints one sentence. */
export function tell(sentence: string): void {
  process.stderr.write(`sapwood-dev: ${visible(sentence)}\n`);
}

/** Prints one sentence and ends the process. */
export function fail(sentence: string, code: number): never {
  tell(sentence);
  process.exit(code);
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
