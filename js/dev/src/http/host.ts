/**
 * Owns: which `Host` headers the page and the read API answer to.
 * Why: a hostile site can point its own name at 127.0.0.1 (DNS rebinding) and would then be of the same origin as the
 * logs. Its requests carry its name in `Host`; a literal address cannot be rebound.
 * Does not own: the intake, which any page may use.
 * Tested in: tests/collector/host.test.ts.
 */
import { isIP } from "node:net";

/** Tells whether a `Host` header names this collector. */
export type HostCheck = (header: string | undefined) => boolean;

/** A check for a server bound to `bound`; where that is all interfaces, any literal address is this machine's. */
export function hostCheck(bound: string): HostCheck {
  const own = bound.toLowerCase();
  const boundToAll = own === "0.0.0.0" || own === "::";
  return (header) => {
    const name = nameOf(header);
    if (name === null) return false;
    return name === "localhost" || name === own || isLoopback(name) || (boundToAll && isIP(name) !== 0);
  };
}

/** Is the name or address one that only this machine can reach? */
export function isLoopback(name: string): boolean {
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** The host without port and brackets, in lower case. */
function nameOf(header: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(header ?? "");
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null;
}
