/** The cart: what is in it, what it costs. Logs through a child logger, so that its entries say where they come from. */
import { log } from "./logging.js";

const cartLog = log.child({ component: "cart" });
const quantities = new Map();

/** Prices are in cents: sums of floats would not be exact. */
export const products = [
  { id: "board", name: "Oak board", price: 3490, wood: "oak" },
  { id: "bowl", name: "Walnut bowl", price: 5200, wood: "walnut" },
  { id: "spoon", name: "Ash spoon", price: 1150, wood: "ash" },
  { id: "box", name: "Cherry box", price: 2700, wood: "cherry" },
];

/** Puts one more of a product into the cart. */
export function add(id) {
  const quantity = (quantities.get(id) ?? 0) + 1;
  quantities.set(id, quantity);
  // A template: the collector keeps `product` as a parameter beside the rendered text.
  cartLog.info("Added {product} to the cart", { product: id, quantity });
}

/** Takes a product out of the cart, however many there are. */
export function remove(id) {
  if (quantities.delete(id)) cartLog.info("Removed {product} from the cart", { product: id });
}

/** Empties the cart after an order. */
export function clear() {
  quantities.clear();
}

/** What is in the cart, in the order it was put in. */
export function lines() {
  return [...quantities].map(([id, quantity]) => {
    const product = products.find((candidate) => candidate.id === id);
    return { ...product, quantity, cost: product.price * quantity };
  });
}

/** What the cart costs, in cents. */
export function total() {
  return lines().reduce((sum, line) => sum + line.cost, 0);
}
