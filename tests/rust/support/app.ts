/** The Rust app of `tests/rust/app`, as `cargo xtask test rust` builds it for Node. Owns its types; what it logs is its own. */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { Entry } from "../../support/protocol.js";
import type { Receiver } from "../../wasm/support/receiver.js";

/** Delivered, pending, dropped, last status. */
export type Flushed = readonly [delivered: number, pending: number, dropped: number, lastStatus: number];

export interface App {
  debug(): string;
  told(): string[];
  say(message: string): void;
  levels(): void;
  order(): void;
  errors(): void;
  js(message: string, value: unknown): void;
  info_js(message: string, value: unknown): void;
  scopes(): void;
  begin(name: string): string;
  resume(header: string): void;
  header(): string | undefined;
  step(message: string): void;
  end(outcome: string): void;
  hostile(): void;
  forget(): void;
  flush(): Promise<Uint32Array>;
  flush_within(ms: number): Promise<Uint32Array>;
  close(): Promise<Uint32Array>;
  close_within(ms: number): Promise<Uint32Array>;
  consent(granted: boolean): void;
  stats(): Uint32Array;
}

interface Module {
  App: new (endpoint: string, key: string | undefined, batchSize: number, flushIntervalMs: number) => App;
  log_inside_of_on_drop(endpoint: string): Promise<number>;
  place_order(endpoint: string): Promise<Uint32Array>;
  refuse(batchSize: number): void;
}

export const rust = createRequire(import.meta.url)(resolve("target/rust-app/sapwood_rust_app.js")) as Module;

/** An app whose logger sends when it is told to. */
export function app(endpoint: string, options: { key?: string; batchSize?: number; flushIntervalMs?: number } = {}): App {
  return new rust.App(endpoint, options.key, options.batchSize ?? 100, options.flushIntervalMs ?? 60_000);
}

/** What a flush came to, as plain numbers. */
export async function settled(answer: Promise<Uint32Array>): Promise<Flushed> {
  return [...(await answer)] as unknown as Flushed;
}

/** All entries that arrived, in the order of arrival. */
export function arrived(server: Receiver): Entry[] {
  return server.received.flatMap(({ logs }) => logs);
}

/** The entries that arrive when `log` has been called and flushed. */
export async function logged(server: Receiver, log: (app: App) => void): Promise<Entry[]> {
  const one = app(server.endpoint);
  log(one);
  await one.flush();
  await one.close();
  return arrived(server);
}
