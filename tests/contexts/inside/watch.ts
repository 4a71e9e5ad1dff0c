/** Notes what a page reports and throws, from its first script on. */

declare global {
  interface Window {
    /** What the policy refused: the directive, and what it was about. */
    violations: string[];
    /** What reached `window.onerror`, or nobody. */
    thrown: string[];
  }
}

window.violations = [];
window.thrown = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
addEventListener("error", ({ message }) => window.thrown.push(message));
addEventListener("unhandledrejection", ({ reason }) => window.thrown.push(String(reason)));

export {};
