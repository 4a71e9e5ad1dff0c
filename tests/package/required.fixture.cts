/** What a user of `require` writes in TypeScript. Compiled by types.test.ts, never run. */

import sapwood = require("sapwood");

const log: sapwood.RootLogger = sapwood.createLogger({ source: "shop" });
log.info("Order placed", { total: 99.99 });
// @ts-expect-error the source is required
sapwood.createLogger({});
