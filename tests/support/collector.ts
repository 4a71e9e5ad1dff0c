/**
 * A real collector with a database of its own, and what it has stored.
 * The database is read directly, through a connection of the test's own: what counts is what survives the process.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReader, startCollector } from "../../js/dev/src/server.js";
import type { Batch, Entry } from "./protocol.js";

/** A running collector. Each test names its logger by a `source` of its own and reads by it. */
export interface Collector {
  /** Its origin, without a path. */
  readonly url: string;
  readonly endpoint: string;
  /** The database file. */
  readonly file: string;
  /** The entries of a source, in the order they were logged; of several loggers, one after the other. */
  entries(source: string): Entry[];
  /** How many entries of a source there are: cheaper than reading them. */
  count(source: string): number;
  /** The headers of the batches of a source, in the order they arrived. */
  batches(source: string): Batch[];
  close(): Promise<void>;
}

const ENTRIES = "SELECT entry AS value FROM entries WHERE source = ? ORDER BY instance, seq";
const COUNT = "SELECT count(*) AS value FROM entries WHERE source = ?";
const BATCHES = `SELECT header AS value FROM batches WHERE json_extract(header, '$.resource.source') = ?
  ORDER BY received_at, first_seq`;

/** Starts a collector on a free port, with an empty database in a temporary folder that is removed at the end. */
export async function startTestCollector(): Promise<Collector> {
  const folder = await mkdtemp(join(tmpdir(), "sapwood-collector-"));
  const file = join(folder, "logs.db");
  const server = await startCollector({ port: 0, db: file, quiet: true });
  const reader = openReader(file);
  const rows = (select: string, source: string) => reader.all<{ value: string | number }>(select, [source]);
  const read = <T>(select: string, source: string) => rows(select, source).map((row) => JSON.parse(String(row.value)) as T);
  return {
    url: server.url,
    endpoint: `${server.url}/v1/logs`,
    file,
    entries: (source) => read(ENTRIES, source),
    count: (source) => Number(rows(COUNT, source)[0]?.value),
    batches: (source) => read(BATCHES, source),
    async close() {
      reader.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
