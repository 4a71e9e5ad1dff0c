/** What a process does: the flow, as its arguments say; and it prints how that ended. */
import { checkout } from "./checkout.js";

console.log(JSON.stringify(await checkout(...process.argv.slice(-2))));
