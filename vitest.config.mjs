import { defineConfig } from "vitest/config";

const files = (folder) => `tests/extension/${folder}*.test.{ts,tsx}`;

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  test: {
    projects: [
      { extends: true, test: { name: "host", include: [files(""), files("panel/")], environment: "node" } },
      { extends: true, test: { name: "webview", include: [files("webview/")], environment: "happy-dom" } },
    ],
  },
});
