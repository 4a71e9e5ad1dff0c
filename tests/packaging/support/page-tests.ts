/**
 * The tests of a bundler that makes chunks. Owns their names: the README's table is made of them.
 */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { marks } from "./cores.js";
import { type Project, project } from "./project.js";
import { type Script, type Stage, stage as setStage } from "./stage.js";
import { serveFolder } from "./static.js";

export interface Bundler {
  /** As it is shown, and the folder of its project. */
  readonly name: string;
  readonly folder: string;
  /** Builds the project into its folder `dist`; gives what the bundler said. */
  readonly build: (project: Project) => Promise<string>;
  /** What it says of an entry that is not there. */
  readonly missing: RegExp;
  /** Must the page be copied beside the scripts? Not where the bundler takes the page itself. */
  readonly copyPage?: boolean;
}

/** Three tests: a flow is delivered by a page that loads one core, other cores are found on demand, a broken import fails. Gives the stage, for further ones. */
export function pageTests({ name, folder, build, missing, copyPage = true }: Bundler): Stage {
  const stage = setStage();
  const { packed, pageDelivers } = stage;
  const { count, assertOnlyLogs, filesWithCore } = marks(packed);

  /** Builds the page with `entry` as the package's; gives the folder that is to be served. */
  async function built(entry?: string): Promise<string> {
    const made = project(folder, packed.tarball);
    made.reset(entry);
    assert.doesNotMatch(await build(made), /\bwarn/i);
    const dist = join(made.folder, "dist");
    if (copyPage) copyFileSync(join(made.folder, "index.html"), join(dist, "index.html"));
    return dist;
  }

  let sound: Promise<string> | undefined;
  const soundly = (): Promise<string> => (sound ??= built());

  test(`${name}: a flow is delivered`, async () => {
    const dist = await soundly();
    const loaded = codeOf(await pageDelivers(await serveFolder(dist)));
    assert.deepEqual(count(loaded), { wasm: 1, script: 0 }, "what the page has loaded holds one core");
    assertOnlyLogs(loaded);
    // The page's own, and the two that are loaded on demand.
    assert.equal(filesWithCore(dist).length, 3);
  });

  test(`${name}: other cores are loaded on demand`, async () => onDemand(stage, await serveFolder(await soundly())));

  test(`${name}: an entry that the package does not have fails`, () => assert.rejects(built("sapwood/absent"), missing));
  return stage;
}

/** The scripts in one text. */
export const codeOf = (scripts: readonly Script[]): string => scripts.map(({ code }) => code).join("\n");

/** With a journal, and with the core as JavaScript, the page at `url` delivers as well, by a core that it then loads. */
export async function onDemand({ packed, pageDelivers }: Stage, url: string): Promise<void> {
  const { count } = marks(packed);
  assert.deepEqual(count(codeOf(await pageDelivers(url, { offline: "persist" }))), { wasm: 2, script: 0 });
  assert.deepEqual(count(codeOf(await pageDelivers(url, { core: "js" }))), { wasm: 1, script: 1 });
}
