import { createLogger } from "sapwood";
import { withSapwood } from "sapwood/worker";
import { checkout } from "./checkout.js";

// At the level of the module: nothing that Workers forbid there may happen.
const log = createLogger({ source: "module", endpoint: "https://logs.example.com/v1/logs" });
log.info("Module loaded");

const options = { source: "worker", endpoint: "https://logs.example.com/v1/logs", output: "console" };

export default withSapwood(options, {
  async fetch(request) {
    const { source, endpoint } = Object.fromEntries(new URL(request.url).searchParams);
    if (source === undefined) return new Response("checkout");
    return Response.json(await checkout(source, endpoint));
  },
});
