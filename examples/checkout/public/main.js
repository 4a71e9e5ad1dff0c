/** Wires the page: forms and buttons to the cart, the checkout and the trouble; draws what they change. */
import * as cart from "./cart.js";
import { beginCheckout, checkout } from "./checkout.js";
import { showLedger } from "./ledger.js";
import { log, signIn } from "./logging.js";
import { closeTab, crash, cutLine } from "./trouble.js";

const element = (id) => document.getElementById(id);
const euros = (cents) => `${(cents / 100).toFixed(2)} €`;

function drawProducts() {
  element("products").replaceChildren(
    ...cart.products.map((product) => {
      const item = document.createElement("li");
      item.className = `product ${product.wood}`;
      const name = document.createElement("h3");
      name.textContent = product.name;
      const price = document.createElement("p");
      price.textContent = euros(product.price);
      const add = button("Add", `Add ${product.name}`, () => cart.add(product.id));
      item.append(name, price, add);
      return item;
    }),
  );
}

function drawCart() {
  const lines = cart.lines();
  element("cart").replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement("li");
      const text = document.createElement("span");
      text.textContent = `${line.quantity} × ${line.name}`;
      const cost = document.createElement("span");
      cost.textContent = euros(line.cost);
      item.append(text, cost, button("×", `Remove ${line.name}`, () => cart.remove(line.id)));
      return item;
    }),
  );
  if (lines.length === 0) element("cart").append("Nothing in it yet.");
  element("total").textContent = euros(cart.total());
}

function button(text, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", () => {
    act();
    drawCart();
  });
  return made;
}

function say(text, kind) {
  element("outcome").textContent = text;
  element("outcome").dataset.kind = kind;
}

async function order(event) {
  event.preventDefault();
  const form = new FormData(element("checkout"));
  const address = { name: form.get("name"), city: form.get("city") };
  // One order at a time: a second click would pay again.
  const place = element("checkout").querySelector("button");
  place.disabled = true;
  say("Paying …", "busy");
  try {
    const orderId = await checkout({ lines: cart.lines(), total: cart.total(), address, cardNumber: form.get("card") });
    cart.clear();
    say(`Order ${orderId} is placed.`, "good");
  } catch (error) {
    say(error.message, "bad");
  } finally {
    place.disabled = false;
  }
  drawCart();
}

element("checkout").addEventListener("submit", order);
element("user").addEventListener("change", (event) => signIn(event.target.value));
element("crash").addEventListener("click", crash);
element("offline").addEventListener("change", (event) => cutLine(event.target.checked));
element("leave").addEventListener("click", () => {
  beginCheckout(cart.lines(), cart.total());
  closeTab();
});

drawProducts();
drawCart();
showLedger(log, { bar: element("bar"), list: element("ledger"), sum: element("sum") });
log.info("Shop opened");
