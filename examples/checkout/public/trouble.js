/** What goes wrong in shops: code that crashes, lines that are cut, customers who leave. */

/** Throws what nobody catches. */
export function crash() {
  const order = undefined;
  return order.total;
}

/** Asks the shop's server to drop (or to take again) every connection to the log endpoint. */
export async function cutLine(cut) {
  await fetch(cut ? "/line/cut" : "/line/mend", { method: "POST" });
}

/** Closes the tab. A tab that no script opened may not be closed by one; it goes to a blank page. */
export function closeTab() {
  window.close();
  if (!window.closed) location.replace("about:blank");
}
