/**
 * Counts the cores in JavaScript, whatever a bundler has made of it.
 *
 * Owns: the marks by which a core is known, and those of code that a bundle may do without. Both are texts that no bundler changes;
 * they are looked for in the package first, so that a mark that has become untrue fails.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Packed, text } from "../../package/packed.js";

/** `\0asm` and the version, in the form in which the wasm is inlined (docs/size.md). */
const WASM = "# ( : 4$###";
/** By file of the package that holds it: what a page that only logs has no use for. */
const MARKS: Readonly<Record<string, string>> = {
  "persist.js": "indexedDB",
  "with-sapwood.js": "cf-ray",
  "node.js": "node:async_hooks",
};

export interface Counts {
  readonly wasm: number;
  readonly script: number;
}

export interface Marks {
  /** The cores in some code. */
  count(code: string): Counts;
  /** Fails where code is in there that only an integration or another runtime needs. */
  assertOnlyLogs(code: string): void;
  /** Every script below the folder holds one core at most; gives those that hold one. */
  filesWithCore(folder: string): readonly string[];
}

const times = (code: string, mark: string): number => code.split(mark).length - 1;

export function marks(packed: Packed): Marks {
  const dist = (file: string): string => text(packed.folder, "dist", file);
  // Data of the core as JavaScript: the longest text in it.
  const data = (dist("core-script.js").match(/"[A-Za-z0-9+/=]+"/g) ?? []).sort((a, b) => b.length - a.length)[0] ?? "";
  const script = data.slice(1, 201);
  assert.equal(script.length, 200);
  const count = (code: string): Counts => ({ wasm: times(code, WASM), script: times(code, script) });
  assert.deepEqual(count(dist("core.js")), { wasm: 1, script: 0 });
  assert.deepEqual(count(dist("persist.js")), { wasm: 1, script: 0 });
  assert.deepEqual(count(dist("core-script.js")), { wasm: 0, script: 1 });
  for (const [file, mark] of Object.entries(MARKS)) assert.ok(dist(file).includes(mark), `${file} holds ${mark}`);
  return {
    count,
    assertOnlyLogs(code) {
      for (const [file, mark] of Object.entries(MARKS)) assert.ok(!code.includes(mark), `${mark} of ${file}`);
    },
    filesWithCore(folder) {
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.[cm]?js$/.test(file));
      return files.filter((file) => {
        const { wasm, script: translated } = count(text(join(folder, file)));
        assert.ok(wasm + translated <= 1, `${file} holds ${wasm} cores and ${translated} as JavaScript`);
        return wasm + translated === 1;
      });
    },
  };
}
