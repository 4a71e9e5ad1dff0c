/** What the command line means, before anything happens: defaults, amounts, filters, commands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ageIn, bytesIn } from "../../js/dev/src/amounts.js";
import { parseCommand, type QueryCommand, type RunCommand } from "../../js/dev/src/args.js";

const run = (...argv: readonly string[]): RunCommand => {
  const command = parseCommand(argv);
  assert.equal(command.kind, "run", JSON.stringify(command));
  return command as RunCommand;
};

const query = (...argv: readonly string[]): QueryCommand => {
  const command = parseCommand(["query", ...argv]);
  assert.equal(command.kind, "query", JSON.stringify(command));
  return command as QueryCommand;
};

const sentence = (...argv: readonly string[]): string => {
  const command = parseCommand(argv);
  return command.kind === "wrong" ? command.sentence : `understood as ${command.kind}`;
};

test("nothing said: the defaults, no tail, no alerts", () => {
  assert.deepEqual(run(), {
    kind: "run", port: 4318, host: "127.0.0.1", db: "sapwood-dev.db", key: undefined, quiet: false,
    maxBytes: 512_000_000, maxAgeMs: 604_800_000, tail: undefined, json: false, alerts: [], open: false,
  });
});

test("amounts of bytes and time", () => {
  const bytes: readonly (readonly [string, number | undefined])[] = [
    ["0", 0], ["1000", 1_000], ["512MB", 512_000_000], ["2gb", 2e9], ["1.5 GB", 1.5e9], ["64KiB", 65_536], ["1TiB", 2 ** 40], ["7B", 7],
    ["", undefined], ["MB", undefined], ["-1", undefined], ["1e9", undefined], ["5 apples", undefined], ["999999999999999TB", undefined],
  ];
  for (const [text, expected] of bytes) assert.equal(bytesIn(text), expected, text);
  const ages: readonly (readonly [string, number | undefined])[] = [
    ["0", 0], ["90s", 90_000], ["15m", 900_000], ["12h", 43_200_000], ["7d", 604_800_000], ["1.5h", 5_400_000],
    ["", undefined], ["7", undefined], ["d", undefined], ["-1d", undefined], ["1w", undefined], ["1 d", undefined],
  ];
  for (const [text, expected] of ages) assert.equal(ageIn(text), expected, text);
  assert.deepEqual([run("--max-bytes", "0", "--max-age", "12h").maxBytes, run("--max-age", "12h").maxAgeMs], [0, 43_200_000]);
  assert.equal(sentence("--max-bytes", "much"), "--max-bytes takes an amount such as 100MB or 2GB; 0 is without a bound.");
  assert.equal(sentence("--max-age", "7"), "--max-age takes an amount such as 12h or 7d; 0 is for ever.");
});

test("--tail takes filters, in any order with other flags", () => {
  assert.deepEqual(run("--tail").tail, {});
  const command = run("--tail", "level=warn", "flow=checkout", "--json", "--port", "0", "q=a=b c");
  assert.deepEqual(command.tail, { severity: 13, flow: "checkout", q: "a=b c" });
  assert.deepEqual([command.json, command.port], [true, 0]);
  assert.equal(sentence("--json"), "--json goes with --tail.");
  assert.equal(sentence("--tail", "warn"), "Unexpected argument 'warn'; filters are name=value.");
  assert.match(sentence("--tail", "lvl=warn"), /^There is no filter 'lvl'; there are level, q, user, /);
  assert.equal(sentence("--tail", "level=loud"), "level is none of the six levels.");
  assert.equal(sentence("--tail", "level=warn", "level=info"), "level is given twice.");
});

test("query: a text, filters, a limit", () => {
  assert.deepEqual(query("payment failed", "level=error", "--limit", "5", "--db", "x.db", "--json"), {
    kind: "query", db: "x.db", filter: { q: "payment failed", severity: 17 }, limit: 5, json: true,
  });
  assert.deepEqual(query("source=shop", "Total = 3").filter, { source: "shop", q: "Total = 3" });
  assert.deepEqual(query().filter, {});
  assert.match(sentence("query", "sorce=shop"), /^There is no filter 'sorce'; /);
  assert.equal(sentence("query", "one", "two"), "Unexpected argument 'two'; filters are name=value.");
  assert.equal(sentence("query", "one", "q=two"), "q is given twice.");
  for (const limit of ["0", "-1", "1.5", "100001", "many"]) assert.match(sentence("query", `--limit=${limit}`), /^--limit takes a number from 1 to 100000\.$/);
});

test("export: filters only", () => {
  assert.deepEqual(parseCommand(["export", "tag=orders", "from=1000"]), { kind: "export", db: "sapwood-dev.db", filter: { tag: "orders", from: 1_000 } });
  assert.equal(sentence("export", "text"), "Unexpected argument 'text'; filters are name=value.");
  assert.equal(sentence("export", "--limit", "5"), "Unknown option '--limit'.");
  assert.equal(sentence("export", "--db", ""), "--db takes a value that is not empty.");
});
