/** The background of an extension: it runs the scenarios when it starts. The endpoint is written before it by the test. */
import { createLogger } from "sapwood";
import { type Outcomes, runScenarios } from "../../runtimes/scenarios/scenarios.js";

declare global {
  var endpoint: string;
  var scenarios: Promise<Outcomes>;
}

globalThis.scenarios = runScenarios(createLogger, globalThis.endpoint);
