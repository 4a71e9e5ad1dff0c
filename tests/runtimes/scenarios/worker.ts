/** The scenarios in a Worker, with plain loggers: each request runs all of them. */
import { createLogger } from "sapwood";
import { runScenarios } from "./scenarios.js";

export default {
  async fetch(_request: Request, env: { ENDPOINT: string }): Promise<Response> {
    return Response.json(await runScenarios(createLogger, env.ENDPOINT));
  },
};
