/** What a page does: the flow, as its address says; and it shows how that ended. */
import { checkout } from "./checkout.js";

const { source, endpoint, ...options } = Object.fromEntries(new URLSearchParams(location.search));
checkout(source, endpoint, options).then((outcome) => {
  document.documentElement.dataset.outcome = JSON.stringify(outcome);
});
