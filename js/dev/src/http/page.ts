/**
 * Owns: serving the page's files.
 * Invariants: the files are read once, at the start, from a fixed list, so no request can name another; the policy lets
 * the page run its own script only, and makes the browser refuse HTML made from strings.
 * Tested in: tests/viewer/policy.test.ts.
 */
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { send } from "./respond.js";

/** Path on the server → file beside the built program, and its type. */
const FILES: readonly (readonly [path: string, file: string, type: string])[] = [
  ["/", "index.html", "text/html; charset=utf-8"],
  ["/page.css", "page.css", "text/css; charset=utf-8"],
  ["/page.js", "page.js", "text/javascript; charset=utf-8"],
  ["/icon.svg", "icon.svg", "image/svg+xml"],
];

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** Sends the file of a path; tells whether there is one. */
export type Page = (response: ServerResponse, path: string) => boolean;

/** Loads the page from the folder `page` beside this program. Where it is not built, there is none, and the rest works. */
export function loadPage(): Page {
  const loaded = new Map<string, { type: string; bytes: Buffer }>();
  for (const [path, file, type] of FILES) {
    const bytes = readIfThere(new URL(`./page/${file}`, import.meta.url));
    if (bytes !== null) loaded.set(path, { type, bytes });
  }
  return (response, path) => {
    const found = loaded.get(path);
    if (found === undefined) return false;
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    send(response, 200, found.type, found.bytes);
    return true;
  };
}

function readIfThere(file: URL): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
