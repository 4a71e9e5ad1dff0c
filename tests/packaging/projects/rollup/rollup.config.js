import resolve from "@rollup/plugin-node-resolve";

export default {
  input: "main.js",
  output: { dir: "dist", format: "es" },
  plugins: [resolve({ browser: true })],
  // What cannot be resolved would be left to the browser, with a warning.
  onLog(level, log) {
    if (level === "warn") throw new Error(log.message);
  },
};
