/**
 * Owns: what a view is to the rest of the page. Types only.
 */
import type { StreamEntries } from "../../api-types.js";
import type { Route } from "./route.js";

/** One of the views. Its element is in the document while it is shown; it is made once. */
export interface View {
  readonly root: HTMLElement;
  /** Shows a route; called at each change of the address while the view is the route's, `entering` when it was not before. */
  show(route: Route, entering: boolean): void;
  /** Another view is shown: stop what runs. */
  leave(): void;
  /** Chooses the entry or item that is so many further down. */
  step(delta: number): void;
  /** Opens what is chosen. */
  enter(): void;
  /** Gives up what is chosen, or goes back to where it was chosen. */
  escape(): void;
  /** Holds new entries back, or lets them in again. */
  pause?(): void;
  /** Where typing searches. */
  readonly search?: HTMLInputElement;
  /** Opens or closes the panel of filters. */
  filters?(): void;
  arrived?(arrival: StreamEntries): void;
  flowsChanged?(): void;
  instancesChanged?(): void;
  /** The collector is there again. */
  reconnected(): void;
}

/** What a view may ask of the page around it. */
export interface Host {
  /** Goes somewhere. */
  go(change: Partial<Route>, replace?: boolean): void;
  readonly route: Route;
  /** The address of the list of flows as it was left. */
  flows(): `#/${string}`;
  /** Follows entries of a filter from a cursor on. */
  follow(filter: Route["filter"], cursor: number): void;
  /** A question to the collector failed, or did not. */
  answered(error: unknown): void;
}
