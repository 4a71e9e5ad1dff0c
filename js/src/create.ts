/**
 * `createLogger`, for a given way of loading the core. Owns: the order in which a logger is put together.
 * Tested in `tests/facade`.
 */

import { Engine } from "./engine.js";
import { captureErrors } from "./integrations/errors.js";
import { RootLogger } from "./root.js";
import { check } from "./options.js";
import { setText } from "./own.js";
import { planNow } from "./schedule.js";
import { keepSession } from "./session.js";
import { FIELD_DATASET, type Loader } from "./protocol.js";
import type { LoggerOptions } from "./types.js";

export function create(options: LoggerOptions, loader: Loader): RootLogger {
  return assemble(new Engine(check(options), loader));
}

/** The root of the loggers over an engine; `attach` is how what nobody catches is had there. */
export function assemble(engine: Engine, attach: (log: RootLogger) => () => void = captureErrors): RootLogger {
  const { context, userId, sessionId, session, user, tags, dataset, captureErrors: capture, offline } = engine._config;
  const log = new RootLogger(engine, undefined, context);
  if (user) log.setUser(user);
  if (userId) log.setUserId(userId);
  if (sessionId) log.setSessionId(sessionId);
  if (dataset) setText(log, FIELD_DATASET, dataset);
  if (tags) log.setTags(tags);
  if (capture) engine._detach = attach(log);
  if (!sessionId && session) keepSession(log, session);
  // What an earlier page left is sent without a log call.
  if (offline === "persist") planNow(engine);
  return log;
}
