/**
 * Uses the shop once as a customer would, in headless Chromium, and looks in the collector's database for what must be there.
 *
 *   SHOP_URL       the shop (server.mjs)
 *   COLLECTOR_URL  the collector
 *   COLLECTOR_DB   its database file; without it the collector's read API is asked
 *   CHROMIUM       the browser; default: /usr/bin/chromium
 *   CHECK_WAIT_MS  how long an entry may take to arrive; default 20,000
 *
 * Prints a line for everything seen. Exit code 0, or 1 with a sentence that says what failed.
 */
import { claims } from "./check/claims.mjs";
import { closeInMidCheckout, launch, shop } from "./check/customer.mjs";
import { openCollector } from "./check/stored.mjs";
import { openFlows, timeline } from "./check/viewer.mjs";

const settings = {
  shopUrl: required("SHOP_URL"),
  collectorUrl: required("COLLECTOR_URL"),
  database: process.env.COLLECTOR_DB,
  chromium: process.env.CHROMIUM ?? "/usr/bin/chromium",
  waitMs: Number(process.env.CHECK_WAIT_MS ?? 20_000),
};

function required(name) {
  if (process.env[name]) return process.env[name];
  console.error(`check: ${name} is not set`);
  process.exit(1);
}

async function check() {
  const collector = await openCollector(settings);
  const browser = await launch(settings.chromium);
  try {
    const context = await browser.newContext();
    const viewer = await openFlows(browser, settings.collectorUrl);
    const ordered = async (session) => timeline(viewer, "checkout", await flowOf(collector, session));
    const seen = await shop(context, settings.shopUrl, (session) => collector.entries(session), ordered);
    const left = await closeInMidCheckout(context, settings.shopUrl);
    for (const claim of claims) {
      console.log(`ok  ${claim.says}: ${await holds(claim, collector, { ...seen, left })}`);
    }
  } finally {
    await browser.close();
    collector.close();
  }
}

/** The first flow of a session, as soon as something of it has arrived. */
async function flowOf(collector, session) {
  const says = "a step of the order arrives";
  const check = (entries) => entries.find((entry) => entry.flowId)?.flowId ?? fail(`not among the ${entries.length} entries that arrived`);
  return holds({ says, check }, collector, { session });
}

function fail(reason) {
  throw new Error(reason);
}

/** A claim may need time: entries are on their way. It fails with the last reason it gave when the time is over. */
async function holds(claim, collector, seen) {
  const deadline = Date.now() + settings.waitMs;
  for (;;) {
    try {
      const session = claim.leaving ? seen.left : seen.session;
      return claim.check(await collector.entries(session), seen);
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${claim.says}: ${error.message}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

try {
  await check();
  console.log("check: everything that the shop logged is in the collector's database");
} catch (error) {
  console.error(`check FAILED: ${error.message}`);
  process.exitCode = 1;
}
