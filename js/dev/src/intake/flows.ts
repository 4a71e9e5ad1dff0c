/**
 * Owns: `POST /v1/flows {"name"}`: a new id for a flow, for clients that let the server choose.
 * Does not own: the flow itself: it exists once an entry with the id arrives.
 * Tested in: tests/collector/flows.test.ts.
 */
import { randomInt } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http/body.js";
import { allowOrigin } from "../http/cors.js";
import { sendJson } from "../http/respond.js";
import { DISCARD_MS_MAX, FIELD, FLOW_BODY_BYTES_MAX } from "../limits.js";
import { FieldReader, isMap } from "./fields.js";
import type { KeyCheck } from "./key.js";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
const RANDOM_CHARS = 8;

/** Answers one POST. */
export async function takeFlow(hasKey: KeyCheck, request: IncomingMessage, response: ServerResponse): Promise<void> {
  allowOrigin(request, response);
  const body = await readBody(request, { max: FLOW_BODY_BYTES_MAX, discardBytes: FLOW_BODY_BYTES_MAX, discardMs: DISCARD_MS_MAX });
  if (body.kind === "aborted") return;
  if (!hasKey(request.headers, undefined)) {
    sendJson(response, 401, { error: "The key is missing or wrong." });
  } else if (body.kind === "too_large") {
    if (!body.drained) response.setHeader("Connection", "close");
    sendJson(response, 413, { error: `A body may hold at most ${FLOW_BODY_BYTES_MAX} bytes.` });
  } else {
    const name = nameOf(body.bytes);
    if (typeof name === "string") sendJson(response, 200, { flowId: newFlowId(name), name });
    else sendJson(response, 400, name);
  }
}

/** The id of a new flow: `{name}-{8 random characters}`, the name cut so that the id fits its limit. */
export function newFlowId(name: string): string {
  const random = Array.from({ length: RANDOM_CHARS }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  const room = FIELD.flowIdChars - RANDOM_CHARS - 1;
  return `${[...name].slice(0, room).join("")}-${random}`;
}

function nameOf(bytes: Uint8Array): string | { error: string; issues?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { error: "The body is not valid JSON." };
  }
  if (!isMap(value)) return { error: "The body is no object." };
  const fields = new FieldReader(value, []);
  const name = fields.text("name", FIELD.flowNameChars, 1);
  if (name === null && fields.issues.length === 0) fields.fault("name", "is missing");
  return name ?? { error: "The flow's name is faulty.", issues: fields.issues };
}
