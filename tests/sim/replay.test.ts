// The core as WebAssembly does what it does natively (I11): every trace that the simulator has exported, with the same
// bytes in, gives the same hash of the same effects.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const FOLDER = "target/sim-traces";

interface Replay {
  readonly memory: WebAssembly.Memory;
  readonly reserve: (bytes: number) => number;
  readonly replay: () => bigint;
}

async function load(): Promise<Replay> {
  const module = await WebAssembly.compile(await readFile(`${FOLDER}/replay.wasm`));
  // The core reaches nothing outside. What the crate's driver would import is never called.
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => {
      throw new Error(`the core called ${from}.${name}`);
    };
  }
  const instance = await WebAssembly.instantiate(module, imports);
  return instance.exports as unknown as Replay;
}

test("the same traces through WebAssembly hash the same", async () => {
  const { memory, reserve, replay } = await load();
  const hashes = (await readFile(`${FOLDER}/hashes`, "utf8")).trim().split("\n");
  assert.ok(hashes.length >= 100, `${hashes.length} traces are few`);
  for (const [at, hash] of hashes.entries()) {
    const trace = await readFile(`${FOLDER}/${at}.trace`);
    const address = reserve(trace.length);
    new Uint8Array(memory.buffer, address, trace.length).set(trace);
    assert.equal(BigInt.asUintN(64, replay()).toString(16).padStart(16, "0"), hash, `trace ${at}`);
  }
  assert.notEqual(new Set(hashes).size, 1, "all traces are the same");
});
