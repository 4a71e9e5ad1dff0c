/**
 * Owns: putting the page together: the views, the panel of the open entry, the address, the stream, the keyboard.
 * Does not own: what any of them shows.
 * Invariants: one view is in the document; the address is the only state that two parts share.
 * Tested in: tests/viewer throughout.
 */
import { startKeys, helpDialog } from "./app/keys.js";
import { Header } from "./app/header.js";
import { parseRoute, Router, START, type Route, type ViewName } from "./app/route.js";
import { startTheme } from "./app/theme.js";
import type { Host, View } from "./app/view.js";
import { Refusal } from "./data/api.js";
import { Feed } from "./data/feed.js";
import { Panel } from "./entry/panel.js";
import { FlowView } from "./flows/flow.js";
import { FlowsView } from "./flows/flows.js";
import { LedgerView } from "./ledger/ledger.js";
import { LiveView } from "./live/live.js";
import { withFilter } from "./data/filters.js";
import { startAges } from "./ui/ages.js";
import { byId } from "./ui/dom.js";

const stage = byId("view", HTMLElement);
const header = new Header();
const router = new Router(changed);
let connected: boolean | null = null;
/** Is the stream open? A question may fail while it is. */
let streaming = false;

const feed = new Feed({
  entries: (arrival) => current().arrived?.(arrival),
  flows: () => current().flowsChanged?.(),
  instances: () => current().instancesChanged?.(),
  connected: (is) => {
    streaming = is;
    const back = is && connected === false;
    connected = is;
    header.connected(is);
    if (back) current().reconnected();
  },
});

const host: Host = {
  go: (change, replace) => router.go(change, replace),
  get route() {
    return router.route;
  },
  flows: () => header.left("flows"),
  follow: (filter, cursor) => feed.open(filter, cursor),
  answered: (error) => {
    if (error instanceof Refusal) {
      if (error.status !== 404) header.refused(error.message);
    } else if (error !== null) {
      connected = false;
      header.connected(false);
    } else if (streaming) {
      // What was said of an earlier question is over; a stream that is closed says so itself.
      connected = true;
      header.connected(true);
    }
  },
};

const views: Readonly<Record<ViewName, View>> = {
  live: new LiveView(host),
  flows: new FlowsView(host),
  flow: new FlowView(host),
  ledger: new LedgerView(host),
};

const panel = new Panel(byId("panel", HTMLElement), {
  step: (delta) => current().step(delta),
  close: () => close(),
  filter: (name, value) => {
    const filter = router.route.view === "live" ? router.route.filter : {};
    router.go({ ...START, filter: withFilter(filter, name, value) });
  },
  around: (from, to) => router.go({ ...START, filter: { from: String(Math.max(0, Math.floor(from))), to: String(Math.ceil(to)) } }),
  answered: (error) => host.answered(error),
});

function current(): View {
  return views[router.route.view];
}

function changed(route: Route, before: Route): void {
  const entering = route.view !== before.view;
  const inPanel = panel.root.contains(document.activeElement);
  if (entering) {
    views[before.view].leave();
    stage.replaceChildren(current().root);
  }
  header.show(route);
  current().show(route, entering);
  panel.show(route.entry);
  const lost = document.activeElement === document.body || (inPanel && panel.root.hidden);
  if (lost && before.entry !== null && route.entry === null) focusBack(before.entry);
  else if (lost && entering) stage.focus({ preventScroll: true });
}

/** To where one came from, so that the keyboard goes on there. */
function focusBack(entry: number): void {
  const places = `[role=listbox], .step[data-id="${entry}"]`;
  (current().root.querySelector<HTMLElement>(places) ?? stage).focus({ preventScroll: true });
}

function close(): void {
  router.go({ entry: null });
}

startKeys({
  go: (view) => router.go(parseRoute(header.left(view))),
  step: (delta) => current().step(delta),
  enter: () => current().enter(),
  escape: () => (router.route.entry === null ? current().escape() : close()),
  search: () => current().search?.focus(),
  pause: () => current().pause?.(),
  filters: () => current().filters?.(),
  theme: startTheme(byId("theme", HTMLButtonElement)),
  help: help(),
});

function help(): () => void {
  const open = helpDialog(byId("help", HTMLDialogElement));
  byId("help-open", HTMLButtonElement).addEventListener("click", open);
  return open;
}

startAges();
stage.replaceChildren(current().root);
header.show(router.route);
header.refresh();
current().show(router.route, true);
panel.show(router.route.entry);
