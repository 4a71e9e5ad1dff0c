/** The collector's page, as somebody has it open beside the shop: the list of flows, and one of them over time. */

/** How long something may take to be shown: the shop sends once a second. */
const WAIT_MS = 15_000;

/** The list of flows, in a window of its own. */
export async function openFlows(browser, collectorUrl) {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(new URL("/#/flows", collectorUrl).href);
  return page;
}

/** Opens a flow by its id and waits until it has ended well; the messages of its steps, from top to bottom. */
export async function timeline(page, name, id) {
  await page.getByRole("link", { name, exact: true }).and(page.locator(`[href$="${id}"]`)).click();
  await page.getByRole("heading", { name }).waitFor();
  await page.locator(".flow-title", { hasText: "ok" }).waitFor();
  // The entries of the same session around the flow stand between its steps.
  return page.locator(".waterfall .step:not(.around) .step-message").allTextContents();
}
