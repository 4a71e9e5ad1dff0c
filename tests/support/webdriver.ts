/**
 * A small client of the W3C WebDriver protocol: what the WebKit tests need of it, and nothing more.
 * Invariant: commands of one session go one after the other, because which window they are about is a state of the session.
 */

/** The longest that a script in a page may take, and any command. */
const SCRIPT_MS_MAX = 60_000;
const COMMAND_MS_MAX = 90_000;

/** One command failed; `error` is the protocol's own name of what went wrong. */
export class WebDriverError extends Error {
  constructor(
    readonly error: string,
    message: string,
  ) {
    super(`${error}: ${message}`);
  }
}

/** A session with one browser. */
export class WebDriverSession {
  readonly #address: string;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(address: string) {
    this.#address = address;
  }

  /** Opens a session with a driver that listens at `driver`. */
  static async open(driver: string, capabilities: object): Promise<WebDriverSession> {
    const body = { capabilities: { alwaysMatch: capabilities } };
    const { sessionId } = (await command(`${driver}/session`, "POST", body)) as { sessionId: string };
    const session = new WebDriverSession(`${driver}/session/${sessionId}`);
    await session.#send("POST", "/timeouts", { script: SCRIPT_MS_MAX, pageLoad: 30_000 });
    return session;
  }

  /** Opens a window beside another one and returns its handle: a tab would stay behind the one that is there, hidden. */
  async newWindow(beside: string): Promise<string> {
    const made = (await this.inWindow(beside, "POST", "/window/new", { type: "window" })) as { handle: string };
    return made.handle;
  }

  /** A command for one window: with the session's lock held, it switches to the window first. */
  inWindow(handle: string, method: "POST" | "DELETE" | "GET", path: string, body?: object): Promise<unknown> {
    return this.#queue(async () => {
      await this.#send("POST", "/window", { handle });
      return this.#send(method, path, body);
    });
  }

  /** The window that the session began with. */
  async handle(): Promise<string> {
    return (await this.#queue(() => this.#send("GET", "/window"))) as string;
  }

  /** Ends the session and, with it, the browser. */
  async close(): Promise<void> {
    await this.#queue(() => this.#send("DELETE", ""));
  }

  #send(method: string, path: string, body?: object): Promise<unknown> {
    return command(this.#address + path, method, method === "POST" ? (body ?? {}) : undefined);
  }

  #queue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // The next command does not fail because this one did; who asked hears of it.
    this.#last = result.catch(() => undefined);
    return result;
  }
}

async function command(address: string, method: string, body?: object): Promise<unknown> {
  // The driver's own limits are shorter; this is for a driver that has stopped.
  const init: RequestInit = { method, signal: AbortSignal.timeout(COMMAND_MS_MAX) };
  if (body) init.body = JSON.stringify(body);
  const response = await fetch(address, init);
  const { value } = (await response.json()) as { value: unknown };
  if (response.ok) return value;
  const { error, message } = value as { error: string; message: string };
  throw new WebDriverError(error, message);
}
