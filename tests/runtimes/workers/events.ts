/** A Worker with a handler for each kind of event, and an object with one for each of its own. What is to fail says so. */
import { DurableObject, type ServerSocket } from "cloudflare:workers";
import type { Logger } from "sapwood";
import { withSapwood, type WorkerOptions } from "sapwood/worker";

interface Env {
  ENDPOINT: string;
  OUTPUT: "fetch" | "console";
  ROOM: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } };
}

declare const WebSocketPair: new () => { 0: unknown; 1: ServerSocket };

const options = (env: Env): WorkerOptions => ({ source: "events", endpoint: env.ENDPOINT, output: env.OUTPUT });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export default withSapwood(options, {
  fetch: (request: Request, env: Env) => env.ROOM.get(env.ROOM.idFromName("one")).fetch(request),
  scheduled({ cron }, _env, { log, waitUntil }) {
    log.info("Swept", { cron });
    waitUntil(pause(50).then(() => void log.info("Swept the rest")));
    if (cron === "fail") throw new RangeError("no broom");
  },
  async queue({ messages }, _env, { log }) {
    for (const { body } of messages as readonly { body: { order: string } }[]) {
      await pause(1);
      log.info("Packed {order}", body);
      if (body.order === "fail") throw new RangeError("no box");
    }
  },
  async email(message, _env, { log }) {
    const { from } = message as unknown as { from: string };
    log.info("Read a letter");
    if (from === "fail") throw new RangeError("no stamp");
  },
  tail(traces, _env, { log }) {
    for (const { logs } of traces as readonly { logs: readonly { message: unknown }[] }[]) log.info("Traced", logs.map(({ message }) => message));
  },
});

class PlainRoom extends DurableObject<Env> {
  #broken = false;

  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/socket") {
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server);
      return new Response(null, { status: 101, webSocket: client } as ResponseInit);
    }
    this.#broken = searchParams.has("fail");
    await this.ctx.storage.setAlarm(Date.now() + 20);
    return new Response(null, { status: 204 });
  }

  async alarm(_info: unknown, log?: Logger): Promise<void> {
    log!.info("Rang");
    // Once: the platform tries an alarm again that has failed.
    if (!this.#broken) return;
    this.#broken = false;
    throw new RangeError("no bell");
  }

  async webSocketMessage(socket: ServerSocket, text: string, log?: Logger): Promise<void> {
    log!.info("Heard {text}", { text });
    socket.send(`${text}!`);
    if (text === "fail") throw new RangeError("no voice");
  }

  async webSocketClose(socket: ServerSocket, code: number, reason: string, clean: boolean, log?: Logger): Promise<void> {
    log!.info("Closed", { code, clean });
    if (clean) socket.close(code, reason);
  }

  async webSocketError(_socket: ServerSocket, error: unknown, log?: Logger): Promise<void> {
    log!.warn("The line broke", error);
  }
}

export const Room = withSapwood(options, PlainRoom);
