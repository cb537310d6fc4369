import { defineConfig } from "vitest/config";

const ALL = "tests/extension/**/*.test.{ts,tsx}";
const WEBVIEW = "tests/extension/webview/**/*.test.{ts,tsx}";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    projects: [
      { extends: true, test: { name: "host", include: [ALL], exclude: [WEBVIEW], environment: "node" } },
      { extends: true, test: { name: "webview", include: [WEBVIEW], environment: "happy-dom" } },
    ],
  },
});
