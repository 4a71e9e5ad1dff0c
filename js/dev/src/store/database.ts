/**
 * Owns: the one connection to the SQLite file: pragmas, statements, transactions, the end. The only user of `libsql`.
 * Does not own: tables (schema.ts) or what is written and read (writer.ts, queries.ts).
 * Invariants: what `transaction` returned from is on disk; after a failure nothing of it is.
 * Tested in: tests/collector/store.test.ts.
 *
 * What `libsql` 0.5 demands (each seen, some of it fatal): a boolean or an object as a parameter aborts the whole process;
 * text is cut at a NUL when read back; `get` mixes timing data into its row; `close` leaves the write-ahead log behind as
 * long as a statement lives. Hence the checked parameters, `all` for everything, and the explicit checkpoint.
 */
import { closeSync, existsSync, openSync } from "node:fs";
import { resolve } from "node:path";
import Libsql from "libsql";
import { LOCK_WAIT_MS } from "./limits.js";

/** What may be bound to a statement. */
export type Parameter = string | number | null;

type Statement = ReturnType<InstanceType<typeof Libsql>["prepare"]>;

export class Database {
  readonly #db: InstanceType<typeof Libsql>;
  readonly #statements = new Map<string, Statement>();
  #open = true;

  /**
   * Opens the file, which is created where it is not there; `":memory:"` keeps everything in memory. With `"read"` it
   * cannot be written; with `"lock"` it is for transactions that do nothing, and its end moves no log.
   * Throws where the file cannot be opened.
   */
  constructor(
    file: string,
    readonly mode: "read" | "write" | "lock",
  ) {
    // Absolute, because libsql takes a name like "http://…" for a server to talk to.
    const path = file === ":memory:" ? file : resolve(file);
    if (path !== ":memory:") createPrivate(path);
    this.#db = new Libsql(path, { timeout: LOCK_WAIT_MS });
    if (mode === "read") this.exec("PRAGMA query_only = 1");
  }

  /** Runs SQL that takes no parameters and returns no rows. */
  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs one statement; returns how many rows it changed. */
  run(sql: string, parameters: readonly Parameter[] = []): number {
    return this.#statement(sql).run(parameters.map(checked)).changes;
  }

  /** All rows of a query. The caller names the row's type and bounds the number of rows in the SQL. */
  all<Row>(sql: string, parameters: readonly Parameter[] = []): Row[] {
    return this.#statement(sql).all(parameters.map(checked)) as Row[];
  }

  /** The first row of a query, or `undefined`. */
  first<Row>(sql: string, parameters: readonly Parameter[] = []): Row | undefined {
    return this.all<Row>(sql, parameters)[0];
  }

  /** Lets go of the statements about a table that is to be dropped: SQLite does not drop what a statement may still read. */
  forget(table: string): void {
    for (const sql of this.#statements.keys()) if (sql.includes(table)) this.#statements.delete(sql);
  }

  /** Runs `work` as one transaction that holds the write lock from its start. When `work` throws, nothing of it remains. */
  transaction<Result>(work: () => Result): Result {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      // Statements that failed half-way would block every later COMMIT until they are collected; a fresh set cannot.
      this.#statements.clear();
      if (this.#db.inTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  /**
   * Runs `work`, which only reads, on one state of the file. A reader beside a running collector needs that for queries that
   * belong together; in the collector's own process nothing is written between them.
   */
  snapshot<Result>(work: () => Result): Result {
    if (this.mode !== "read" || this.#db.inTransaction) return work();
    this.exec("BEGIN");
    try {
      return work();
    } finally {
      if (this.#db.inTransaction) this.exec("COMMIT");
    }
  }

  /** Closes; a writer moves the write-ahead log into the file first. Calls after the first do nothing. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    // The writer only: SQLite before 3.51.3 can lose a commit when two connections checkpoint at once, and this is 3.45.
    try {
      if (this.mode === "write") this.#db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all();
    } finally {
      this.#statements.clear();
      this.#db.close();
    }
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Logs are private: the file, and with it SQLite's side files, is created for its owner only. A file that is there is not
 * even opened: POSIX drops all of a process's locks on a file, SQLite's among them, when it closes any descriptor of it.
 */
function createPrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, "a", 0o600));
}

/** Refuses what would abort the process, and gives text the form in which SQLite gives it back whole. */
function checked(value: Parameter): Parameter {
  if (value === null) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") throw new TypeError(`a ${typeof value} cannot be stored`);
  return value.toWellFormed().replaceAll("\0", "\ufffd");
}
