/**
 * The shop's server: pages, a payment that can be declined, and `/v1/logs`, which passes batches on to the collector.
 *
 * The relay in miniature: the page logs to its own origin, so it needs no key and no CORS, and the key stays here. It takes
 * only what its own pages send, bounds every body, follows no redirect, and derives no address from its input.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const COLLECTOR = new URL(process.env.COLLECTOR_URL ?? "http://127.0.0.1:4318");
const COLLECTOR_KEY = process.env.COLLECTOR_KEY;
const BODY_BYTES_MAX = 1024 * 1024;
const TIMEOUT_MS = 10_000;
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };

const publicFiles = new URL("./public/", import.meta.url);
// Where npm put the package, by the same rules as an `import` of it.
const sapwoodFiles = new URL("./", import.meta.resolve("sapwood"));

/** While true, every connection to the log endpoint is dropped: the page's offline switch. */
let lineCut = false;

const routes = {
  "POST /v1/logs": passOn,
  "POST /pay": pay,
  "POST /line/cut": (request, response) => setLine(response, true),
  "POST /line/mend": (request, response) => setLine(response, false),
  "GET /collector": (request, response) => response.writeHead(302, { location: new URL("/#/flows", COLLECTOR).href }).end(),
};

const server = createServer(async (request, response) => {
  try {
    if (!isOurs(request)) return void response.writeHead(403).end();
    const { pathname } = new URL(request.url, "http://shop.invalid");
    const route = routes[`${request.method} ${pathname}`];
    if (route) await route(request, response);
    else await serveFile(request, response, pathname);
  } catch (error) {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
});

/**
 * Browsers name the origin of every POST; a page of another origin has no business here. Nor has one whose name was made to
 * point to this machine.
 */
function isOurs({ method, headers }) {
  if (!/^(127\.0\.0\.1|localhost):\d+$/.test(headers.host ?? "")) return false;
  return method === "GET" || headers.origin === undefined || headers.origin === `http://${headers.host}`;
}

async function passOn(request, response) {
  if (lineCut) return void request.socket.destroy();
  const body = await readBody(request);
  if (body === undefined) return void response.writeHead(413, { connection: "close" }).end();
  const headers = { "content-type": request.headers["content-type"] ?? "application/json" };
  if (COLLECTOR_KEY) headers["x-api-key"] = COLLECTOR_KEY;
  let answer;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    answer = await fetch(new URL("/v1/logs", COLLECTOR), { method: "POST", headers, body, redirect: "error", signal });
    const text = await answer.text();
    const retryAfter = answer.headers.get("retry-after");
    response.writeHead(answer.status, { "content-type": "application/json", ...(retryAfter && { "retry-after": retryAfter }) });
    response.end(text);
  } catch {
    // The collector is away or slow. The page keeps the batch and tries again.
    response.writeHead(502, { "content-type": "application/json" }).end('{"error":"collector unreachable"}');
  }
}

/** A payment provider of two cards: one pays, all others are declined. */
async function pay(request, response) {
  const body = await readBody(request);
  const { cardNumber } = JSON.parse(body?.toString() || "{}");
  const [status, answer] =
    cardNumber === "4242424242424242"
      ? [200, { id: Math.random().toString(36).slice(2, 10) }]
      : [402, { error: "card_declined" }];
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
}

function setLine(response, cut) {
  lineCut = cut;
  response.writeHead(204).end();
}

/** The whole body, or undefined if it is larger than the bound. */
async function readBody(request) {
  const chunks = [];
  let size = 0;
  // Not destroyed on an early return: the refusal is still to be written.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function serveFile(request, response, pathname) {
  const [, folder, name] = /^\/(sapwood\/)?([\w-]+\.(?:html|css|js))$/.exec(pathname === "/" ? "/index.html" : pathname) ?? [];
  const file = name && new URL(name, folder ? sapwoodFiles : publicFiles);
  const content = request.method === "GET" && file && (await readFile(fileURLToPath(file)).catch(() => undefined));
  if (!content) return void response.writeHead(404).end();
  const type = `${TYPES[extname(name)]}; charset=utf-8`;
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(content);
}

server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`shop listening on http://127.0.0.1:${server.address().port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
