/**
 * Owns: opening a database file for reading beside a running collector, or without one.
 * Invariant: nothing is written and nothing created; what cannot be read is told in a sentence.
 * Tested in: tests/collector/query.test.ts.
 */
import { existsSync } from "node:fs";
import { Database } from "../store/database.js";
import { APPLICATION_ID } from "../store/schema.js";
import { SCHEMA_VERSION } from "../store/tables.js";
import { messageOf } from "./tell.js";

/** The file for the time of `work`. Throws a sentence for the user. */
export async function withStored(file: string, work: (db: Database) => Promise<void>): Promise<void> {
  if (!existsSync(file)) throw new Error(`There is no database at ${file}; --db names another file.`);
  const db = opened(file);
  try {
    await work(db);
  } finally {
    db.close();
  }
}

function opened(file: string): Database {
  let db: Database | undefined;
  try {
    db = new Database(file, "read");
    const id = pragma(db, "application_id");
    const version = pragma(db, "user_version");
    if (id !== APPLICATION_ID) throw new Error("it is not one of sapwood-dev");
    if (version > SCHEMA_VERSION) throw new Error("it was written by a newer sapwood-dev");
    if (version < SCHEMA_VERSION) throw new Error("it was written by an older sapwood-dev; start this one on it once, which converts it");
    return db;
  } catch (error) {
    db?.close();
    throw new Error(`${file} cannot be read: ${messageOf(error)}.`);
  }
}

function pragma(db: Database, name: "user_version" | "application_id"): number {
  return db.first<Record<string, number>>(`PRAGMA ${name}`)?.[name] ?? 0;
}
