/** A Worker that sends nothing: its entries go to the console. */
import { withSapwood } from "sapwood/worker";

export default withSapwood(
  { source: "printing", output: "console" },
  {
    fetch(request, _env, ctx) {
      ctx.log.debug("low").info("Order {id} placed", { id: 7, password: "hunter2" }).warn("careful").error(new TypeError("broken"));
      return new Response(new URL(request.url).pathname);
    },
  },
);
