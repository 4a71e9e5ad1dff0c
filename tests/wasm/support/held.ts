/** An answer that a test holds back until it has looked at what is under way. */
import type { Behaviour } from "../../support/behaviours.js";

export interface Held {
  behaviour: Behaviour;
  release: () => void;
}

/** Takes the request, waits for `release`, then does as `then` says. */
export function held(then: Behaviour): Held {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const behaviour: Behaviour = async (exchange) => {
    await released;
    await then(exchange);
  };
  return { behaviour, release };
}
