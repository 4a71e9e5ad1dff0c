/**
 * Owns: what stands in place of an empty list: how to send the first log, or how to see more.
 * Tested in: tests/viewer/live.test.ts.
 */
import { isEmpty, type Filter } from "../data/filters.js";
import { button, element } from "../ui/dom.js";
import { copyButton, notice } from "../ui/parts.js";

/** See the head of the module. */
export class Empty {
  readonly root = element("div", "empty");
  readonly #clear: () => void;
  #shown = "";

  constructor(clear: () => void) {
    this.#clear = clear;
    this.root.hidden = true;
  }

  /** Shows itself or not. Made anew only when it changes, so that focus stays. */
  show(shown: boolean, filter: Filter): void {
    const what = !shown ? "" : isEmpty(filter) ? "first" : "none";
    if (what === this.#shown) return;
    this.#shown = what;
    this.root.hidden = what === "";
    if (what === "first") this.root.replaceChildren(...first());
    if (what === "none") this.root.replaceChildren(notice("No entries match.", element("p", "quiet", "New ones that do appear here."), button("", "Clear all filters", this.#clear)));
  }
}

function first(): HTMLElement[] {
  const endpoint = `${location.origin}/v1/logs`;
  const code = `import { createLogger } from "sapwood";

const log = createLogger({
  source: "my-app",
  environment: "development",
  endpoint: "${endpoint}",
});

log.info("Hello from my app", { answer: 42 });`;
  const curl = `curl ${endpoint} -d '{"level":"info","message":"hello"}'`;
  return [
    notice("No entries yet.", element("p", "quiet", "This collector is listening. Send the first log, and it appears here at once:")),
    snippet("In your app", code),
    snippet("Or from a terminal", curl),
  ];
}

function snippet(title: string, code: string): HTMLElement {
  const pre = element("pre", "");
  pre.textContent = code;
  pre.tabIndex = 0;
  return element("div", "snippet", element("div", "snippet-head", element("span", "quiet", title), copyButton("Copy", () => code)), pre);
}
