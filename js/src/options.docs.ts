/**
 * The page of options, docs/configuration.md: rendered from the list that the code checks against.
 *
 * Owns: one description per option (a missing one is a type error) and the Markdown. Not part of the product.
 * Tested in `tests/facade/options.test.ts`; `cargo xtask docs` compares the committed page.
 */

import * as kinds from "./options.js";
import { OPTIONS } from "./options.js";

type Name = keyof typeof OPTIONS;

const DESCRIPTIONS: Readonly<Record<Name, string>> = {
  source: "Which application logs. Required.",
  environment: "`production`, `staging`, `development` or a name of your own.",
  endpoint: "Where to send to, absolute or relative to the page. Without a usable one the logger works, sends nothing and says so once.",
  apiKey: "Sent as `X-API-Key`. A same-origin relay needs none; given but empty, nothing is sent.",
  version: "The application's version.",
  dataset: "The dataset of entries that name none.",
  minLevel: "The lowest level that is kept.",
  userId: "The user of all entries, until `setUserId`.",
  sessionId: "The session of all entries, until `setSessionId`.",
  session:
    "Gives entries without a `sessionId` one of their own: of the `tab` (a duplicated tab gets its own), or one for all tabs of the `browser`. A page that starts more than half an hour after the last one was heard begins another. Kept in the storage, and only with consent.",
  user: "`{ id, name, email }` of all entries, until `setUser`.",
  tags: "Tags of all entries, until `setTags`.",
  context: "Context of all entries; `setContext` and `child` merge into it.",
  batchSize: "Entries that trigger a flush, and the most in one request.",
  batchBytes: "Bytes that trigger a flush; so does half of `maxBufferBytes`.",
  flushInterval: "Longest time that the oldest waiting entry waits, in ms; 0: it leaves in the next task.",
  maxBufferBytes: "Bound of the memory for what waits. Past it the lowest level, then the oldest, goes first, and is counted.",
  retry: "When a failed request is tried again, and when its entries are given up: the four below.",
  "retry.initialDelayMs": "Upper bound of the first delay after a failure, in ms; it doubles with each, with full jitter.",
  "retry.maxDelayMs": "Upper bound of every delay, in ms.",
  "retry.maxAgeMs": "Once an attempt has failed, entries older than this are given up, in ms; age counts from the end of their `flushInterval`.",
  "retry.maxRetries": "Attempts after the first. By default age alone decides.",
  timeoutMs: "Longest time for one request, in ms.",
  compress:
    "Send batches compressed, as frames that only Sapwood's own receivers read: `auto` once the receiver has said that it does, `true` " +
    "from the first on. A page that is left can then send several times as much.",
  rateLimit:
    "Entries a second that are kept of one message template at one level, averaged over ten seconds, and five times as many of a " +
    "level. One more stands for the others, with their number in `repeated`; these count as `rate_limited`. `false`: no limit.",
  offline:
    "Where unsent entries are kept: in memory, or (`persist`) in IndexedDB as well, where the next page finds them that has the same `endpoint` and `apiKey`. Loads a larger core on demand; where that or the database cannot be had, `onError` hears `store_failed`.",
  redact: "Mask values by their key's name: the built-in list, `{ keys }` for more names beside it, `false` for none.",
  consent: "May anything leave? `pending`: nothing leaves or is stored yet; `denied`: what is held and what comes is dropped.",
  captureErrors: "Log what is thrown and nobody catches: `error` and `unhandledrejection` of a page or a web worker; what would end a process of Node, Deno or Bun, which then ends a flush later.",
  maxDataDepth: "How many containers inside of each other are copied of one value.",
  maxDataNodes: "How many values are copied of one value.",
  maxDataBytes: "How many bytes are copied of one value.",
  strict: "Throw at the call for what would be cut, marked or left out otherwise. For tests.",
  core: "`js`: a page asks for no WebAssembly and loads the core as JavaScript at once; `auto`: where its policy refuses WebAssembly.",
  onError:
    "Called with a `SapwoodError` (`code`, `field`, `status`) for each delivery problem. Default: `console.warn`, once for each code.",
  onDrop: "Called with reason and count when entries are dropped. Default: `console.warn`, once for each reason.",
};

/** What a kind is called, and what its bounds are of. */
const KINDS = new Map<unknown, readonly [type: string, unit: string]>([
  [kinds.text, ["string", "characters"]],
  [kinds.integer, ["number", ""]],
  [kinds.flag, ["boolean", ""]],
  [kinds.setting, ["string", ""]],
  [kinds.level, ["level", ""]],
  [kinds.choice, ["`auto` or `js`", ""]],
  [kinds.consent, ["`pending`, `granted` or `denied`", ""]],
  [kinds.compression, ["boolean or `auto`", ""]],
  [kinds.rate, ["number or `false`", ""]],
  [kinds.storage, ["`memory` or `persist`", ""]],
  [kinds.sharing, ["`tab`, `browser` or `false`", ""]],
  [kinds.texts, ["string[]", ""]],
  [kinds.redaction, ["boolean or `{ keys: string[] }`", ""]],
  [kinds.object, ["object", ""]],
  [kinds.callback, ["function", ""]],
]);

const figure = (value: number): string => value.toLocaleString("en-US");

function bounds(kind: unknown, min: number, max: number): string {
  if (kind === kinds.texts || kind === kinds.redaction) return `at most ${max} of at most ${min} characters`;
  return max ? `${figure(min)}–${figure(max)} ${KINDS.get(kind)![1]}`.trim() : "";
}

/** The whole page, as Markdown. */
export function renderConfiguration(): string {
  const rows = (Object.keys(OPTIONS) as Name[]).map((name) => {
    const [kind, min = 0, max = 0, fallback]: readonly [unknown, number?, number?, unknown?] = OPTIONS[name];
    const type = KINDS.get(kind)?.[0];
    const description = DESCRIPTIONS[name];
    if (!type || !description) throw new Error(`the option ${name} is not described`);
    const standard = fallback === undefined ? "–" : typeof fallback === "number" ? figure(fallback) : `\`${String(fallback)}\``;
    return `| \`${name}\` | ${type} | ${standard} | ${bounds(kind, min, max)} | ${description} |`;
  });
  return [
    "# Configuration",
    "",
    "Every option of `createLogger`. Generated from `js/src/options.ts`, the list that the code checks against, by " +
      "`cargo xtask docs --write`.",
    "An unknown option, a wrong kind and a value outside of its bounds throw a `SapwoodError` with `code` and `field`.",
    "A name with a dot is a key of a group: `retry: { maxAgeMs: 60000 }`.",
    "",
    "| option | type | default | bounds | meaning |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
