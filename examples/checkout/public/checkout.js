/** The checkout as a flow: every entry carries the flow's id and its step, and the last one says how it ended. */
import { log } from "./logging.js";

/**
 * Takes an order through its steps.
 * Returns the order's id; rejects with what went wrong, after it was logged.
 */
export async function checkout({ lines, total, address, cardNumber }) {
  const flow = log.flow("checkout");
  try {
    if (lines.length === 0) throw new RangeError("The cart is empty");
    flow.info("Cart validated", { items: lines.length, total });
    flow.info("Address accepted", { city: address.city });
    // `cardNumber` is on the built-in list of names that are masked before anything leaves the page.
    flow.debug("Payment requested", { amount: total, cardNumber });
    const payment = await pay({ amount: total, cardNumber });
    flow.info("Payment authorised", { paymentId: payment.id }, { tags: ["payments"] });
    const orderId = `ord_${payment.id}`;
    flow.info("Order placed", { orderId, total }, { tags: ["orders"] });
    flow.ok({ orderId });
    return orderId;
  } catch (error) {
    // Logs the error with its stack and cause, and the outcome, as one last entry.
    flow.fail(error);
    throw error;
  }
}

/** The first steps of a checkout, and nothing after them: whoever leaves now leaves these entries to the page's last moment. */
export function beginCheckout(lines, total) {
  const flow = log.flow("checkout");
  flow
    .info("Cart validated", { items: lines.length, total })
    .info("Address accepted")
    .info("Payment requested", { amount: total });
}

async function pay(request) {
  const response = await fetch("/pay", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  // The cause chain is logged with the error.
  throw new PaymentError("The payment was refused", { cause: new Error(answer.error) });
}

class PaymentError extends Error {
  name = "PaymentError";
}
