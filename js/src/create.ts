/**
 * `createLogger`, for a given way of loading the core. Owns: the order in which a logger is put together.
 * Tested in `tests/facade`.
 */

import { Engine } from "./engine.js";
import { captureErrors } from "./integrations/errors.js";
import { RootLogger } from "./logger.js";
import { check } from "./options.js";
import { setText } from "./own.js";
import { planNow } from "./schedule.js";
import { sessionId as sessionIdOf } from "./session.js";
import { FIELD_DATASET, type Loader } from "./protocol.js";
import type { LoggerOptions } from "./types.js";

export function create(options: LoggerOptions, loader: Loader): RootLogger {
  const config = check(options);
  const engine = new Engine(config, loader);
  const log = new RootLogger(engine, undefined, config.context);
  if (config.captureErrors) engine._detach = captureErrors(log);
  const { userId, sessionId, user, tags, dataset } = config;
  if (user) log.setUser(user);
  if (userId) log.setUserId(userId);
  if (sessionId) log.setSessionId(sessionId);
  else if (config.session) log.setSessionId(sessionIdOf(engine, config.session));
  if (dataset) setText(log, FIELD_DATASET, dataset);
  if (tags) log.setTags(tags);
  // What an earlier page left is sent without a log call.
  if (config.offline === "persist") planNow(engine);
  return log;
}
