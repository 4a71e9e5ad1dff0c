/** Frames from the shipped core: negotiated over real requests, read by Node's zlib, and how fast and small they are. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { answer } from "../support/behaviours.js";
import { isFrame } from "../support/decode.js";
import { root } from "../support/paths.js";
import type { Body } from "../support/protocol.js";
import { waitFor } from "../support/wait.js";
import { Core, flushed } from "./support/core.js";
import { HIDE } from "./support/signals.js";
import { arrived, rig } from "./support/logger.js";
import { entry, type Pairs } from "./support/record.js";
import { Receiver } from "./support/receiver.js";

let server: Receiver;
before(async () => {
  server = await Receiver.start();
});
after(() => server.close());
beforeEach(() => server.reset());

const FRAME = "application/vnd.sapwood.batch";
const types = (): unknown[] => server.received.map(({ headers }) => headers["content-type"]);
const frames = (): boolean[] => server.received.map(({ bytes }) => isFrame(bytes));

test("auto: JSON until an answer says that frames are read, frames from then on", async () => {
  const { log } = rig(server);
  server.script(answer(200, { success: true, count: 1 }), answer(200, { success: true, count: 1, frames: true }));
  for (const message of ["one", "two", "three", "four"]) {
    log.info(message, { n: 1 }, { tags: ["t"] });
    await log.flush();
  }
  assert.deepEqual(frames(), [false, false, true, true]);
  assert.deepEqual(types(), ["application/json", "application/json", FRAME, FRAME]);
  assert.deepEqual(arrived(server).map(({ message, data, tags }) => [message, data, tags]),
    ["one", "two", "three", "four"].map((message) => [message, { n: 1 }, ["t"]]));
  // In frames the header says it for all.
  assert.deepEqual(arrived(server).map(({ source }) => source), ["shop", "shop", undefined, undefined]);
  assert.deepEqual(server.received.map(({ batch }) => batch.resource["source"]), new Array(4).fill("shop"));
  await log.close();
});

test("auto: what answers anything else gets JSON for ever", async () => {
  const { log } = rig(server);
  const bodies = [{}, { frames: false }, { frames: 0 }, { accepts: ["frames"] }, null, "frames", [true]];
  server.script(...bodies.map((body) => answer(200, body)));
  for (const at of [...bodies, undefined].keys()) {
    log.info(`entry ${at}`);
    await log.flush();
  }
  assert.deepEqual(frames(), new Array(bodies.length + 1).fill(false));
  await log.close();
});

test("compress: true sends frames from the first on, false never", async () => {
  for (const compress of [true, false]) {
    server.reset();
    const { log } = rig(server, { compress });
    server.script(answer(200, { frames: true }));
    log.info("one");
    await log.flush();
    log.info("two");
    await log.close();
    assert.deepEqual(frames(), [compress, compress]);
    assert.deepEqual(arrived(server).map(({ message }) => message), ["one", "two"]);
  }
});

test("a hidden page's frame to another origin needs no preflight: no type of ours, and the key inside", async () => {
  const core = new Core(server.endpoint, { compress: true, crossOrigin: true, apiKey: "k" });
  core.records(entry(1));
  core.receive(HIDE);
  await waitFor("the request", () => server.received.length === 1);
  const { headers, batch, bytes } = server.received[0]!;
  assert.ok(isFrame(bytes));
  assert.equal(headers["content-type"], "text/plain");
  assert.equal((batch as { key?: string }).key, "k");
  core.assertSound();
});

/** The entries of a file of the corpus, as fields. */
function corpus(name: string): Pairs[] {
  const { logs } = JSON.parse(readFileSync(join(root, `tests/corpus/${name}.json`), "utf8")) as Body;
  return logs.map(({ seq: _, timestamp: __, level: ___, template: ____, parameters: _____, ...fields }) => fields as Pairs);
}

test("realistic entries: about as small as with zlib at level 1, and in how long", async (t) => {
  for (const name of ["shop", "errors", "flows", "telemetry"]) {
    server.reset();
    const fields = corpus(name);
    // The same again and again: no batch is larger than a megabyte, or has more than a thousand entries.
    const records = Array.from({ length: 900 }, (_, at) => entry(at + 1, fields[at % fields.length]));
    // Microseconds of this process: other work on the machine does not count.
    const took: number[] = [];
    for (const compress of [false, true]) {
      const core = new Core(server.endpoint, { compress, batchSize: 1000, batchBytes: 1_048_576, rateLimit: false });
      core.records(...records);
      const before = process.cpuUsage();
      const settled = flushed(core);
      took.push(process.cpuUsage(before).user);
      assert.equal((await settled).delivered, 900);
    }
    const [plain, frame] = server.received.slice(-2);
    const stream = frame!.bytes.subarray(5);
    const text = inflateSync(stream);
    const { logs } = JSON.parse(text.toString()) as Body;
    assert.deepEqual(logs, plain!.logs.map(({ source: _, environment: __, ...rest }) => rest));
    const theirs = deflateSync(text, { level: 1 }).length;
    const speed = text.length / (took[1]! - took[0]!);
    t.diagnostic(`${name}: ${text.length} -> ${stream.length} bytes, Node's zlib at level 1 ${theirs}, ${speed.toFixed(0)} MB/s`);
    assert.ok(stream.length <= theirs / 0.8, `${stream.length} against ${theirs}`);
  }
});
