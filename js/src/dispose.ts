const symbol = (name: "dispose" | "asyncDispose"): symbol => Symbol[name] ?? Symbol.for("Symbol." + name);

/** The symbols of `using` and `await using`, in the form that the compilers' helpers look for where a runtime lacks them. */
export const DISPOSE: typeof Symbol.dispose = /* @__PURE__ */ symbol("dispose") as typeof Symbol.dispose;
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose = /* @__PURE__ */ symbol("asyncDispose") as typeof Symbol.asyncDispose;
