/**
 * Owns: the few words of an entry's data that stand behind its message in the list.
 * Invariant: short, and cheap for data of any size: a few keys are looked at, and of a text its beginning.
 * Tested in: tests/viewer/rows.test.ts.
 */
const KEYS_MAX = 6;
const TEXT_CHARS = 40;
const CHARS_MAX = 160;

/**
 * The first plain values of a map, as `key=value`.
 *
 * @example preview({ orderId: "ord_1", items: [1, 2], total: 9.5 }) // "orderId=ord_1 items=[2] total=9.5"
 */
export function preview(data: unknown): string {
  if (typeof data === "string") return data.slice(0, CHARS_MAX);
  if (typeof data !== "object" || data === null || Array.isArray(data)) return "";
  const parts: string[] = [];
  for (const key in data) {
    if (parts.length === KEYS_MAX) break;
    parts.push(`${key.slice(0, TEXT_CHARS)}=${short((data as Readonly<Record<string, unknown>>)[key])}`);
  }
  return parts.join(" ").slice(0, CHARS_MAX);
}

function short(value: unknown): string {
  if (typeof value === "string") return value.length > TEXT_CHARS ? `${value.slice(0, TEXT_CHARS)}…` : value;
  if (Array.isArray(value)) return `[${value.length}]`;
  return typeof value === "object" && value !== null ? "{…}" : String(value);
}
