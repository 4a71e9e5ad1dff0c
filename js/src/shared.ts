/**
 * What the entries of servers and edges have in common: one file of the package, `dist/shared.js`, so that a bundle that takes
 * several of them (`sapwood` and `sapwood/worker`) holds it once. Owns no behaviour.
 *
 * Whatever these entries use of the façade comes from here (`js/build.mjs` refuses other ways). The pages' entry (index.ts) is a
 * file of its own.
 */

export { connect } from "../generated/glue.js";
export { storageClass, useStorage } from "./ambient.js";
export { assemble, create } from "./create.js";
export { createEdge, EDGE_INIT, EdgeEngine } from "./edge.js";
export { SapwoodError } from "./error.js";
export { leases } from "./edge-loader.js";
export { brought, broughtToEdge, edge, instance, isEdge, isProcess } from "./module.js";
export { check } from "./options.js";
export { setText } from "./own.js";
export { Pool } from "./pool.js";
export { createServer } from "./server.js";
