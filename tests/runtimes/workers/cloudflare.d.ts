/** So much of the platform's own module as the Workers here use. */
declare module "cloudflare:workers" {
  export class DurableObject<Env> {
    constructor(ctx: DurableObjectState, env: Env);
    protected readonly ctx: DurableObjectState;
    protected readonly env: Env;
  }
  export class WorkerEntrypoint<Env> {
    constructor(ctx: { waitUntil(promise: Promise<unknown>): void }, env: Env);
    protected readonly ctx: { waitUntil(promise: Promise<unknown>): void };
    protected readonly env: Env;
  }
  export interface DurableObjectState {
    waitUntil(promise: Promise<unknown>): void;
    acceptWebSocket(socket: ServerSocket): void;
    readonly storage: { setAlarm(time: number): Promise<void> };
  }
  export interface ServerSocket {
    send(text: string): void;
    close(code: number, reason: string): void;
  }
  export const env: { ENDPOINT: string };
}
