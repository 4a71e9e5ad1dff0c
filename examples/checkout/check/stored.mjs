/** What the collector has stored of a session: read from its database, or from its read API where there is no file. */
import Database from "libsql";

/** The most that one answer holds: the newest. A visit logs some forty entries. */
const API_LIMIT = 500;

/** Opens the collector's store for reading. `entries(session)` are in the order they were logged. */
export async function openCollector({ database, collectorUrl }) {
  return database ? openDatabase(database) : openApi(collectorUrl);
}

function openDatabase(path) {
  const connection = new Database(path, { readonly: true });
  const query = connection.prepare("SELECT entry FROM entries WHERE session_id = ? ORDER BY seq");
  return {
    entries: async (session) => query.all(session).map((row) => JSON.parse(row.entry)),
    close: () => connection.close(),
  };
}

function openApi(url) {
  return {
    async entries(session) {
      const answer = await fetch(new URL(`/api/entries?limit=${API_LIMIT}`, url));
      const { entries } = await answer.json();
      // A row holds what is filtered and sorted by; `entry` in it is the whole, as it was sent.
      const sent = entries.map((row) => row.entry).filter((entry) => entry?.sessionId === session);
      return sent.sort((a, b) => a.seq - b.seq);
    },
    close() {},
  };
}
