/** What a page does: the flow, as its address says; and it shows how that ended. */
import { checkout } from "./checkout.js";

const given = new URLSearchParams(location.search);
checkout(given.get("source"), given.get("endpoint")).then((outcome) => {
  document.documentElement.dataset.outcome = JSON.stringify(outcome);
});
