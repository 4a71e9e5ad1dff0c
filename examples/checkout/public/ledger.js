/** Shows `log.stats()`: the accepted entries, and where each of them is now. */

const places = [
  ["delivered", "delivered"],
  ["unconfirmed", "sent at exit, unconfirmed"],
  ["inFlight", "in flight"],
  ["buffered", "waiting"],
  ["stored", "stored"],
  ["dropped", "dropped"],
];

/** Draws the ledger into its three places, and again twice a second. */
export function showLedger(log, { bar, list, sum }) {
  const draw = () => {
    const stats = log.stats();
    const dropped = Object.values(stats.dropped).reduce((total, count) => total + count, 0);
    const counts = { ...stats, dropped };
    bar.replaceChildren(...places.map(([key]) => segment(key, counts[key])));
    list.replaceChildren(...places.flatMap(([key, name]) => row(key, name, counts[key])));
    const held = places.reduce((total, [key]) => total + counts[key], 0);
    sum.textContent = `${stats.accepted} accepted, ${held} accounted for`;
  };
  draw();
  setInterval(draw, 500);
}

function segment(key, count) {
  const part = document.createElement("span");
  part.className = key;
  part.style.flexGrow = count;
  return part;
}

function row(key, name, count) {
  const term = document.createElement("dt");
  term.className = key;
  term.textContent = name;
  const value = document.createElement("dd");
  value.dataset.count = key;
  value.textContent = count;
  return [term, value];
}
