/**
 * Owns: finding the chain of an error's causes in an entry, wherever the client put it.
 * The JavaScript client keeps it in `data` (`message`, `cause`, `errors`), other writers in `errors` with frames.
 * Invariant: never more than `CAUSES_MAX`, however deep or wide.
 * Tested in: tests/viewer/entry.test.ts.
 */

/** One error that caused another. */
export interface Cause {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** How far from the error at the top; siblings of one AggregateError have the same. */
  readonly depth: number;
}

const CAUSES_MAX = 20;

type Fields = Readonly<Record<string, unknown>>;

/** The causes of an entry's error, outermost first. */
export function causesOf(entry: Fields): Cause[] {
  const causes: Cause[] = [];
  const data = mapOf(entry["data"]);
  if (data !== null) below(data, 1, causes);
  const listed = entry["errors"];
  if (causes.length === 0 && Array.isArray(listed)) for (const item of listed) add(item, 1, causes);
  return causes;
}

function below(error: Fields, depth: number, causes: Cause[]): void {
  add(own(error, "cause"), depth, causes);
  const errors = own(error, "errors");
  if (Array.isArray(errors)) for (const item of errors) add(item, depth, causes);
}

function add(value: unknown, depth: number, causes: Cause[]): void {
  if (value === undefined || value === null || causes.length >= CAUSES_MAX) return;
  const error = mapOf(value);
  if (error === null) {
    causes.push({ name: "", message: typeof value === "string" ? value : JSON.stringify(value), stack: "", depth });
    return;
  }
  const text = (name: string): string => (typeof own(error, name) === "string" ? (own(error, name) as string) : "");
  causes.push({ name: text("name") || text("errorName"), message: text("message"), stack: text("stack") || text("errorStack"), depth });
  below(error, depth + 1, causes);
}

function own(map: Fields, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

function mapOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}
