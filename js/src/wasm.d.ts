// The core's own file, beside the built entries: Workers import it as it is, Vercel's edge with `?module`.
declare module "*/core.wasm" {
  const core: WebAssembly.Module;
  export default core;
}
declare module "*/core.wasm?module" {
  const core: WebAssembly.Module;
  export default core;
}
