/**
 * Owns: the full-text index over entries, in parts: one FTS5 table per so many ids.
 * Why parts: removing rows from a large index costs more than adding them and stalls in its merges; a part whose entries are
 * all gone is dropped as a whole, and a search for the newest entries looks at the newest part first. The index holds no text
 * of its own; a row whose entry is gone joins with nothing.
 * Invariants: the parts follow each other without overlap; a table is made and dropped in the transaction of the entries.
 * Tested in: tests/collector/search.test.ts and retention.test.ts.
 */
import { TEXT_PART_ENTRIES } from "../limits.js";
import type { Database } from "./database.js";

/** One part: it holds the entries from `first` up to the next part. */
export interface TextPart {
  readonly n: number;
  readonly first: number;
}

/** The name of a part's table. */
export function tableOf({ n }: TextPart): string {
  return `text_${n}`;
}

/** All parts, oldest first. */
export function textParts(db: Database): TextPart[] {
  return db.all<TextPart>("SELECT n, first FROM text_parts ORDER BY n LIMIT 100000");
}

/** The part for an entry that arrives now, made where the last one is full. Ask once per batch, with its first id. */
export function partFor(db: Database, id: number): TextPart {
  const last = db.first<TextPart>("SELECT n, first FROM text_parts ORDER BY n DESC LIMIT 1");
  if (last !== undefined && id < last.first + TEXT_PART_ENTRIES) return last;
  const part = { n: (last?.n ?? 0) + 1, first: id };
  db.exec(`CREATE VIRTUAL TABLE ${tableOf(part)} USING fts5 (text, content = '', columnsize = 0)`);
  db.run("INSERT INTO text_parts (n, first) VALUES (?, ?)", [part.n, part.first]);
  return part;
}

/** Adds the text of an entry. */
export function insertText(db: Database, part: TextPart, id: number, text: string): void {
  db.run(`INSERT INTO ${tableOf(part)} (rowid, text) VALUES (?, ?)`, [id, text]);
}

/** Drops the oldest part if all its entries are older than the entry `oldest`; tells whether it did. The last part stays. */
export function dropTextBefore(db: Database, oldest: number): boolean {
  const [part, next] = db.all<TextPart>("SELECT n, first FROM text_parts ORDER BY n LIMIT 2");
  if (part === undefined || next === undefined || next.first > oldest) return false;
  db.forget(tableOf(part));
  db.exec(`DROP TABLE ${tableOf(part)}`);
  db.run("DELETE FROM text_parts WHERE n = ?", [part.n]);
  return true;
}
