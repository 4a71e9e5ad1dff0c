// The one thing that Node's entry imports.
declare module "node:async_hooks" {
  export const AsyncLocalStorage: new () => unknown;
}
