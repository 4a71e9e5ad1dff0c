/** The customer: what is clicked in the shop, by the labels that a screen reader would say. */
import { chromium } from "playwright-core";

/** How long the page may take for anything that is waited for: a retry in the shop waits 4 s at most. */
const WAIT_MS = 15_000;

/** A headless Chromium that asks nobody's servers for anything. */
export function launch(executablePath) {
  const quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu", ...quiet] });
}

/**
 * Orders, is declined, crashes the page, shops with the line cut. Returns what the page showed. `ordered` is called with the
 * session as soon as the order is placed, and waited for.
 */
export async function shop(context, url, entriesOf, ordered) {
  const page = await open(context, url);
  const crashes = [];
  page.on("pageerror", (error) => crashes.push(error.name));
  const session = await page.evaluate(() => sessionStorage.getItem("session"));

  await page.getByLabel("Signed in as").selectOption({ label: "Ada" });
  await click(page, "Add Oak board");
  await click(page, "Add Oak board");
  await click(page, "Add Ash spoon");
  // Impatient: of two quick clicks, the second must not order again.
  await page.getByRole("button", { name: "Place order", exact: true }).dblclick();
  const orderId = (await outcome(page, /Order (ord_\w+) is placed/))[1];
  const timeline = await ordered(session);

  await click(page, "Add Walnut bowl");
  await page.getByLabel("4000 … 0002, declined").check();
  await click(page, "Place order");
  await outcome(page, /The payment was refused/);

  await click(page, "Crash");
  const offline = await shopOffline(page, session, entriesOf);
  await page.close();
  return { session, orderId, timeline, crashes, offline };
}

/** When all before it has arrived: logs three entries with the line cut, until the page has tried in vain; then mends it. */
async function shopOffline(page, session, entriesOf) {
  await page.waitForFunction(heldIs, { atMost: 0 });
  const line = page.getByLabel("Cut the line to the log endpoint");
  await answered(page, "/line/cut", () => line.check());
  const refused = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/v1/logs"));
  for (let quantity = 1; quantity <= 3; quantity += 1) await click(page, "Add Cherry box");
  await refused;
  await page.waitForFunction(heldIs, { atLeast: 3 });
  const arrivedWhileCut = (await entriesOf(session)).filter(isOfCutLine).length;
  await answered(page, "/line/mend", () => line.uncheck());
  await page.waitForFunction(heldIs, { atMost: 0 });
  return { arrivedWhileCut };
}

/** Runs in the page: does the ledger show that many entries still held? */
function heldIs({ atLeast = 0, atMost = Infinity }) {
  const shown = [...document.querySelectorAll("[data-count=buffered], [data-count=inFlight]")];
  const held = shown.reduce((sum, count) => sum + Number(count.textContent), 0);
  return atLeast <= held && held <= atMost;
}

/** Cherry boxes are bought only while the line is cut. */
export const isOfCutLine = (entry) => /\bbox\b/.test(entry.message);

/** Begins a checkout in a tab of its own and closes the tab. Returns that tab's session. */
export async function closeInMidCheckout(context, url) {
  const page = await open(context, url);
  const session = await page.evaluate(() => sessionStorage.getItem("session"));
  await click(page, "Add Oak board");
  const closed = page.waitForEvent("close");
  const gone = Promise.race([closed, page.waitForURL("about:blank").catch(() => closed)]);
  await click(page, "Close the tab in mid-checkout");
  await gone;
  return session;
}

async function open(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(url);
  return page;
}

const click = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function answered(page, path, act) {
  const answer = page.waitForResponse((response) => response.url().endsWith(path));
  await act();
  await answer;
}

/** Waits until the shop says what matches, and returns the match. */
async function outcome(page, pattern) {
  const status = page.getByRole("status");
  await status.filter({ hasText: pattern }).waitFor();
  return pattern.exec(await status.textContent());
}
