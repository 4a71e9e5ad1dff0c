/** A server of files, as any is: a folder's, on the loopback. Ends with the test file. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { after } from "node:test";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

const servers: Server[] = [];
// Not in each test: the runner may take what was begun by another one for its own.
after(() => {
  for (const server of servers) server.close().closeAllConnections();
});

/** Serves the folder; gives its origin. */
export async function serveFolder(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://test.invalid");
    const path = normalize(pathname).replace(/\/$/, "/index.html");
    readFile(join(folder, path)).then(
      (file) => response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" }).end(file),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
