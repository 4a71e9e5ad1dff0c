/** The reasons for which the browser calls, as `src/web/signal.rs` numbers them. */
export const WAKE = 0;
export const RESPONSE = 1;
export const BODY = 2;
export const VISIBILITY = 3;
export { SIGNAL_HIDE as HIDE } from "../../../js/src/protocol.js";
export const ONLINE = 5;
export const OFFLINE = 6;
