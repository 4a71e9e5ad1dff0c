/**
 * Owns: `sapwood-dev query`: the newest stored entries that match, oldest first, as the tail shows them or as JSON lines.
 * How: a first pass goes back from the newest entry and remembers where its pages begin, a second one goes forward and prints,
 * so that memory holds one page at a time.
 * Tested in: tests/collector/query.test.ts.
 */
import type { QueryCommand } from "../args.js";
import { exportLine } from "../http/export.js";
import { EXPORT_BYTES, PAGE_ENTRIES_MAX } from "../limits.js";
import type { Database } from "../store/database.js";
import { listEntries, newestEntries, nextRaw } from "../store/queries.js";
import { entryLines, type Look } from "../terminal/entry-lines.js";
import { terminalLook } from "../terminal/look.js";
import { pipeChunks } from "./pipe.js";
import { withStored } from "./stored.js";
import { tell } from "./tell.js";

/** The ids of a page, both ends included. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** Runs the command. Throws a sentence for the user. */
export function query(command: QueryCommand): Promise<void> {
  return withStored(command.db, async (db) => {
    const { ranges, more } = rangesOf(db, command);
    if (!command.json && ranges.length === 0) tell("No stored entry matches.");
    if (!command.json && more) tell(`Only the newest ${command.limit} are shown; --limit shows more.`);
    const look = terminalLook(process.stdout, process.env);
    await pipeChunks(command.json ? jsonChunks(db, command, ranges) : textChunks(db, command, ranges, look), process.stdout);
  });
}

/** The pages, oldest first. */
function rangesOf(db: Database, { filter, limit }: QueryCommand): { ranges: Range[]; more: boolean } {
  const ranges: Range[] = [];
  for (let left = limit; ; ) {
    const { entries, more } = listEntries(db, { filter, limit: Math.min(left, PAGE_ENTRIES_MAX), before: ranges[0]?.first });
    const newest = entries[0];
    const oldest = entries.at(-1);
    if (newest === undefined || oldest === undefined) return { ranges, more: false };
    ranges.unshift({ first: oldest.id, last: newest.id });
    left -= entries.length;
    if (!more || left === 0) return { ranges, more };
  }
}

function* textChunks(db: Database, { filter }: QueryCommand, ranges: readonly Range[], look: Look): Generator<string> {
  for (const { first, last } of ranges) {
    for (const entry of newestEntries(db, filter, first - 1, last, PAGE_ENTRIES_MAX)) {
      yield entryLines(entry, look).map((line) => `${line}\n`).join("");
    }
  }
}

function* jsonChunks(db: Database, { filter }: QueryCommand, ranges: readonly Range[]): Generator<string> {
  const end = ranges.at(-1)?.last ?? 0;
  for (let after = (ranges[0]?.first ?? 1) - 1; after < end; ) {
    const rows = nextRaw(db, filter, after, PAGE_ENTRIES_MAX, EXPORT_BYTES);
    // What arrived meanwhile was not asked for.
    yield rows.filter(({ id }) => id <= end).map(exportLine).join("");
    after = rows.at(-1)?.id ?? end;
  }
}
