/**
 * Gives the Worker under test its events, by what workerd offers for that: each request is one event, its path the kind, its body what the
 * event is about; `?to=SIDE` for another entry. Answers with what became of the event: `ok`, or what was thrown.
 */

interface Socket {
  accept(): void;
  send(text: string): void;
  close(code: number, reason: string): void;
  addEventListener(type: string, listener: (event: { readonly data: unknown }) => void): void;
}

interface Service {
  fetch(url: string, init?: RequestInit): Promise<Response & { readonly webSocket: Socket | null }>;
  scheduled(event: { cron: string; scheduledTime: Date }): Promise<{ outcome: string }>;
  queue(name: string, messages: readonly object[]): Promise<{ outcome: string }>;
  email(message: object): Promise<void>;
}

interface Env {
  MAIN: Service;
  TRACED: Service;
  /** An entry beside the main one. */
  SIDE?: Service;
}

const KINDS: Record<string, (env: Env, about: never) => Promise<string>> = {
  async scheduled({ MAIN }, { cron, time }: { cron: string; time: number }) {
    return (await MAIN.scheduled({ cron, scheduledTime: new Date(time) })).outcome;
  },
  async queue({ MAIN }, { name, bodies }: { name: string; bodies: readonly unknown[] }) {
    const messages = bodies.map((body, n) => ({ id: `${n}`, timestamp: new Date(), attempts: 1, body }));
    return (await MAIN.queue(name, messages)).outcome;
  },
  async email({ MAIN }, message: object) {
    await MAIN.email(message);
    return "ok";
  },
  async fetched({ MAIN }) {
    return (await MAIN.fetch("http://main.invalid/")).text();
  },
  // Its traces are the event.
  async tail({ TRACED }) {
    return (await TRACED.fetch("http://traced.invalid/")).ok ? "ok" : "exception";
  },
  /** Opens a socket, says each text and awaits an answer to it, and closes; the answers. */
  async socket({ MAIN }, { texts, reason }: { texts: readonly string[]; reason: string }) {
    const { webSocket } = await MAIN.fetch("http://main.invalid/socket", { headers: { upgrade: "websocket" } });
    const answers: string[] = [];
    webSocket!.accept();
    for (const text of texts) {
      const answered = new Promise<unknown>((resolve) => webSocket!.addEventListener("message", ({ data }) => resolve(data)));
      webSocket!.send(text);
      answers.push(String(await answered));
    }
    const closed = new Promise<unknown>((resolve) => webSocket!.addEventListener("close", resolve));
    webSocket!.close(4001, reason);
    await closed;
    return answers.join();
  },
};

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const kind = pathname.slice(1);
    const MAIN = env[(searchParams.get("to") ?? "MAIN") as "MAIN" | "SIDE"]!;
    try {
      return new Response(await KINDS[kind]!({ ...env, MAIN }, (await request.json()) as never));
    } catch (error) {
      return new Response(String(error));
    }
  },
};
