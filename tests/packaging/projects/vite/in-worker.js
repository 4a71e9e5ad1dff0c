/** The flow in a web worker, as the page's address says; the page shows how it ended. */
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => {
  document.documentElement.dataset.outcome = JSON.stringify(data);
};
worker.postMessage(Object.fromEntries(new URLSearchParams(location.search)));
