/** Owns: the text of `--help`. Tested in: tests/collector/cli.test.ts. */

/** Printed by `--help`. */
export const HELP = `Usage: sapwood-dev [options]
       sapwood-dev query [TEXT] [name=value …] [--db FILE] [--limit N] [--json]
       sapwood-dev export [name=value …] [--db FILE]

Takes the logs of Sapwood clients, keeps them in a SQLite file, shows them on a page.

  --port N         port to listen on (default 4318; 0 picks a free one)
  --host NAME      address to listen on (default 127.0.0.1: this machine only)
  --db FILE        where entries are kept (default sapwood-dev.db)
  --key KEY        take only batches that carry this key
  --max-bytes N    what the file may hold, e.g. 2GB (default 512MB; 0: no bound); the oldest entries go first
  --max-age TIME   how long an entry is kept, e.g. 12h (default 7d; 0: for ever)
  --tail           print the entries as they come; filters may follow: --tail level=warn flow=checkout
  --json           with --tail and query: one JSON line per entry
  --alert RULE     post to a webhook, e.g. 'error source=shop > 10/1m -> https://example.com/hook'; may be repeated
  --open           open the page in the browser
  --quiet          no line per batch
  --help, --version

query prints stored entries, oldest first, export writes all of them as JSON lines; both read beside a running collector.
Filters: level (at least), q (text), user, session, tag, source, environment, flow (name or id), instance, from, to (Unix ms).
`;
