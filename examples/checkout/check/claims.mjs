/** What must hold of the stored entries after the customer's visit. `check` returns what it saw, or throws what is wrong. */
import { isOfCutLine } from "./customer.mjs";

export const claims = [
  {
    says: "the order is a flow with its steps in order",
    check(entries, { orderId }) {
      const flow = flowWith(entries, (entry) => entry.message === "Order placed" && entry.data?.orderId === orderId);
      sameSteps(flow, ["Cart validated", "Address accepted", "Payment requested", "Payment authorised", "Order placed"]);
      same("the outcome", flow.at(-1).flow?.outcome, "ok");
      same("the user", flow.at(-1).userId, "user_ada");
      return `${flow[0].flowId}, steps 0 to ${flow.length - 1}, outcome ok`;
    },
  },
  {
    says: "the checkout became a timeline in the collector's page while it was clicked through",
    check(_, { timeline }) {
      same("the steps shown", timeline.slice(0, 5).join(", "), "Cart validated, Address accepted, Payment requested, Payment authorised, Order placed");
      return `${timeline.length} steps, the outcome with the last`;
    },
  },
  {
    says: "the declined payment is an error with name, stack and cause",
    check(entries) {
      const flow = flowWith(entries, (entry) => entry.errorName === "PaymentError");
      sameSteps(flow, ["Cart validated", "Address accepted", "Payment requested"]);
      same("the entries of the failure", flow.length - 3, 1);
      const error = flow[3];
      same("the level", error.level, "error");
      same("the message of the error", error.data?.message, "The payment was refused");
      same("the message of the cause", error.data?.cause?.message, "card_declined");
      if (!error.errorStack?.includes("checkout.js")) throw new Error(`no stack of checkout.js: ${error.errorStack}`);
      same("the outcome", error.flow?.outcome, "failed");
      return `${error.errorName} at step ${error.stepIndex}, caused by "${error.data.cause.message}", outcome failed`;
    },
  },
  {
    says: "the card number never left the page",
    check(entries) {
      const asked = entries.filter((entry) => entry.message === "Payment requested");
      same("the number of payments", asked.length, 2);
      for (const entry of entries) {
        const found = /4242424242424242|4000000000000002/.exec(JSON.stringify(entry));
        if (found) throw new Error(`"${entry.message}" carries ${found[0]}`);
      }
      return `cardNumber is ${JSON.stringify(asked[0].data?.cardNumber)}`;
    },
  },
  {
    says: "the crash is captured once",
    check(entries, { crashes }) {
      same("the uncaught errors that the page reported", crashes.join(), "TypeError");
      const captured = entries.filter((entry) => entry.errorName === "TypeError");
      same("the number of entries", captured.length, 1);
      if (!captured[0].errorStack?.includes("trouble.js")) throw new Error(`no stack: ${captured[0].errorStack}`);
      return `"${captured[0].data?.message ?? captured[0].message}", with its stack`;
    },
  },
  {
    says: "what was logged with the line cut arrived once when it was back",
    check(entries, { offline }) {
      same("the entries that arrived while it was cut", offline.arrivedWhileCut, 0);
      const late = entries.filter(isOfCutLine).map((entry) => entry.data?.quantity);
      same("the quantities", late.join(), "1,2,3");
      return `${late.length} entries, in order`;
    },
  },
  {
    says: "the checkout that was left arrived as far as it went",
    leaving: true,
    check(entries) {
      const flow = flowWith(entries, (entry) => entry.flowId !== undefined);
      sameSteps(flow, ["Cart validated", "Address accepted", "Payment requested"]);
      return `${flow[0].flowId}, steps 0 to ${flow.length - 1}, no outcome`;
    },
  },
  { says: "nothing of the visit is missing", check: noGaps },
  { says: "nothing of the closed tab is missing", leaving: true, check: noGaps },
];

/** All entries of the flow to which the one that is wanted belongs. */
function flowWith(entries, isWanted) {
  const wanted = entries.find(isWanted);
  if (!wanted) throw new Error(`not among the ${entries.length} entries that arrived`);
  return entries.filter((entry) => entry.flowId === wanted.flowId);
}

/** The first steps have these messages; all steps are 0, 1, 2 … */
function sameSteps(flow, messages) {
  same("the messages", flow.slice(0, messages.length).map((entry) => entry.message).join(", "), messages.join(", "));
  same("the steps", flow.map((entry) => entry.stepIndex).join(), flow.map((_, index) => index).join());
}

function noGaps(entries) {
  if (entries.length === 0) throw new Error("no entry arrived");
  same("the sequence", entries.map((entry) => entry.seq).join(), entries.map((_, index) => index + 1).join());
  return `${entries.length} entries, 1 to ${entries.length}, each once`;
}

function same(what, found, expected) {
  if (found !== expected) throw new Error(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}
