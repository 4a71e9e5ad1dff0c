/**
 * Tabs that can be hidden. Playwright keeps every page of its own visible (it emulates focus), so these are made beside it,
 * in a browser context that it does not know, and driven through its connection to the browser.
 */
import type { Browser, CDPSession } from "playwright-core";
import { waitFor } from "./wait.js";

/** A tab of a window that has another one, which is in front while this one is hidden. */
export interface Tab {
  /** The browser context, in which `openTab` can open another. */
  readonly context: string;
  /** Runs a self-contained function in the page, with an argument that JSON can carry; resolves with its settled result. */
  evaluate<A, R>(run: (argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  /** Brings the other tab to the front; resolves when this one knows that it is hidden. */
  hide(): Promise<void>;
  /** Brings this tab to the front again. */
  show(): Promise<void>;
  /** Closes this tab; those beside it stay. */
  end(): Promise<void>;
  /** Closes this tab and all of its context. */
  close(): Promise<void>;
}

/** Opens a tab at an address, in a context of its own or beside the tabs of one, and another, empty one behind it. */
export async function openTab(browser: Browser, url: string, context?: string): Promise<Tab> {
  const cdp = await browser.newBrowserCDPSession();
  const browserContextId = context ?? (await cdp.send("Target.createBrowserContext")).browserContextId;
  const other = await cdp.send("Target.createTarget", { url: "about:blank", browserContextId });
  const { targetId } = await cdp.send("Target.createTarget", { url, browserContextId });
  const evaluateText = await attach(cdp, targetId);
  const activate = async (id: string, state: DocumentVisibilityState): Promise<void> => {
    await cdp.send("Target.activateTarget", { targetId: id });
    await evaluateText(`new Promise((resolve) => {
      const look = () => document.visibilityState === ${JSON.stringify(state)} && resolve();
      document.addEventListener("visibilitychange", look);
      look();
    })`);
  };
  // A new tab begins with an empty document, which is "complete" as well.
  await waitFor(url, () => evaluateText("location.href !== 'about:blank' && document.readyState === 'complete'"));
  return {
    context: browserContextId,
    evaluate: async (run, argument) => {
      const result = await evaluateText(`(${run})(${JSON.stringify(argument)})`);
      return result as Awaited<ReturnType<typeof run>>;
    },
    hide: () => activate(other.targetId, "hidden"),
    show: () => activate(targetId, "visible"),
    end: async () => {
      await cdp.send("Target.closeTarget", { targetId });
      await cdp.detach();
    },
    close: async () => {
      await cdp.send("Target.disposeBrowserContext", { browserContextId });
      await cdp.detach();
    },
  };
}

/** Resolves when the tab shows the address. A tab between two pages answers nothing. */
export const at = (tab: Tab, path: string) =>
  waitFor(path, () => tab.evaluate((path) => location.pathname === path && document.readyState === "complete", path));

interface Answer {
  id?: number;
  error?: { message: string };
  result?: { result: { value?: unknown }; exceptionDetails?: { text: string; exception?: { description?: string } } };
}

/** Attaches to a target; returns what runs an expression there. Messages are wrapped: Playwright's sessions are its own. */
async function attach(cdp: CDPSession, targetId: string): Promise<(expression: string) => Promise<unknown>> {
  const { sessionId } = await cdp.send("Target.attachToTarget", { targetId, flatten: false });
  const waiting = new Map<number, (answer: Answer) => void>();
  let sent = 0;
  cdp.on("Target.receivedMessageFromTarget", (event) => {
    if (event.sessionId !== sessionId) return;
    const answer = JSON.parse(event.message) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  return async (expression) => {
    const id = (sent += 1);
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    const params = { expression, awaitPromise: true, returnByValue: true };
    const message = JSON.stringify({ id, method: "Runtime.evaluate", params });
    await cdp.send("Target.sendMessageToTarget", { sessionId, message });
    const { error, result } = await answered;
    const failure = result?.exceptionDetails;
    if (error || failure) throw new Error(error?.message ?? failure?.exception?.description ?? failure?.text);
    return result?.result.value;
  };
}
