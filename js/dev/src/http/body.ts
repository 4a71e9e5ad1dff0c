/**
 * Owns: reading a request's body within a bound.
 * Invariants: at most `max` bytes are held; an oversized body is read on and thrown away within a second bound, because
 * closing under a sender that is still sending would reset the connection before it has read the answer.
 * Tested in: tests/collector/limits.test.ts.
 */
import type { IncomingMessage } from "node:http";

export interface BodyBounds {
  /** The most bytes that are taken. */
  readonly max: number;
  /** The most bytes that are thrown away after that, and for how long. */
  readonly discardBytes: number;
  readonly discardMs: number;
}

/** `aborted`: the sender went away, nobody waits for an answer. `drained`: the body was read to its end, the connection can go on. */
export type Body = { kind: "whole"; bytes: Buffer } | { kind: "too_large"; drained: boolean } | { kind: "aborted" };

/** Reads the body. Never rejects. */
export function readBody(request: IncomingMessage, bounds: BodyBounds): Promise<Body> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let timer: NodeJS.Timeout | undefined;
    const settle = (body: Body): void => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= bounds.max) {
        chunks.push(chunk);
        return;
      }
      chunks = [];
      timer ??= setTimeout(() => settle({ kind: "too_large", drained: false }), bounds.discardMs);
      if (size > bounds.max + bounds.discardBytes) settle({ kind: "too_large", drained: false });
    };
    const onEnd = (): void =>
      settle(size > bounds.max ? { kind: "too_large", drained: true } : { kind: "whole", bytes: Buffer.concat(chunks, size) });
    const onClose = (): void => settle({ kind: "aborted" });
    request.on("error", () => settle({ kind: "aborted" }));
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}
