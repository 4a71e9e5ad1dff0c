/** Owns: the version of this package, read from its package.json so that there is one place to change it. */
import manifest from "../package.json" with { type: "json" };

/** The version of `sapwood-dev`, as published. */
export const VERSION: string = manifest.version;
