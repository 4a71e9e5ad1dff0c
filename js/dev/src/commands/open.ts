/**
 * Owns: opening the page in the browser that the system prefers.
 * Invariant: whatever happens, the collector goes on; the browser is no child that it waits for.
 * Tested in: tests/collector/cli.test.ts.
 */
import { spawn } from "node:child_process";

/** Opens an address of ours. `tell` is given a sentence where that is not possible. */
export function openPage(url: string, tell: (sentence: string) => void): void {
  const [program, ...args] = opener(process.platform, url);
  const child = spawn(program, args, { stdio: "ignore", detached: true });
  child.on("error", () => tell(`No browser could be opened (${program} cannot be run); go to ${url} yourself.`));
  child.on("exit", (code) => {
    if (code !== 0 && code !== null) tell(`No browser could be opened (${program} failed); go to ${url} yourself.`);
  });
  child.unref();
}

function opener(platform: NodeJS.Platform, url: string): readonly [string, ...string[]] {
  if (platform === "darwin") return ["open", url];
  // The first argument of `start` in quotes is a title.
  if (platform === "win32") return ["cmd", "/c", "start", "", url];
  return ["xdg-open", url];
}
