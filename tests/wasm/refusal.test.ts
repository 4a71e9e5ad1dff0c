// What becomes of a core that could not be had: a policy's answer is kept, anything else is tried again.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Loader } from "../../js/src/protocol.js";

/** The loaders by name, each time as a page that has just begun has them. */
let pages = 0;
async function load(name: "inlined" | "only"): Promise<Loader> {
  // Built by `js/build.mjs` for the package; here as sources, once for each page.
  const { build } = await import("esbuild");
  const source = name === "inlined" ? "js/src/loader.ts" : "js/src/entry/core.ts";
  const { outputFiles } = await build({ entryPoints: [source], bundle: true, format: "esm", platform: "node", write: false, logLevel: "error", external: ["node:*"] });
  const url = `data:text/javascript;base64,${Buffer.from(`${outputFiles[0]!.text}\n//${(pages += 1)}`).toString("base64")}`;
  return ((await import(url)) as Record<string, Loader>)[name]!;
}

/** Makes each way of compiling fail so many times; how often it was tried. */
function failing(t: import("node:test").TestContext, error: Error, times: number): () => number {
  let tried = 0;
  const { Module, compile } = WebAssembly;
  const fail = (): void => {
    if (tried++ < times) throw error;
  };
  WebAssembly.Module = class extends Module {
    constructor(bytes: BufferSource) {
      fail();
      super(bytes);
    }
  };
  WebAssembly.compile = async (bytes: BufferSource) => {
    fail();
    return compile(bytes);
  };
  t.after(() => Object.assign(WebAssembly, { Module, compile }));
  return () => tried;
}

const REFUSALS = [new WebAssembly.CompileError("blocked by CSP"), new EvalError("Refused to create a WebAssembly object")];

for (const name of ["inlined", "only"] as const) {
  test(`${name}: a core that there was no memory for is had later`, async (t) => {
    const loader = await load(name);
    const tried = failing(t, new RangeError("Out of memory"), 1);
    assert.throws(() => loader._now(false), RangeError);
    assert.equal(loader._now(false)._script, undefined, "WebAssembly, at the second time");
    assert.equal(tried(), 2);
  });

  test(`${name}: the same in the background`, async (t) => {
    const loader = await load(name);
    const tried = failing(t, new RangeError("Out of memory"), 1);
    // Where there is the core as JavaScript, it serves meanwhile.
    if (name === "inlined") assert.equal((await loader._later(false))._script, true);
    else await assert.rejects(loader._later(false), RangeError);
    assert.equal((await loader._later(false))._script, undefined);
    assert.ok(tried() >= 2);
  });

  for (const error of REFUSALS) {
    test(`${name}: what a policy refuses with ${error.name} is asked for once`, async (t) => {
      const loader = await load(name);
      const tried = failing(t, error, Infinity);
      for (let n = 0; n < 3; n++) {
        assert.throws(() => loader._now(false), error);
        if (name === "only") await assert.rejects(loader._later(false), error);
      }
      assert.equal(tried(), 1);
      if (name === "inlined") assert.equal((await loader._later(false))._script, true);
      assert.equal(tried(), 1);
    });
  }
}
