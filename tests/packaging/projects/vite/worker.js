import { checkout } from "./checkout.js";

onmessage = async ({ data: { source, endpoint } }) => postMessage(await checkout(source, endpoint));
