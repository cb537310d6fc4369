import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: [".venv/", "build/", "dist/"] },
  js.configs.recommended,
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: globals.node },
    rules: {
      complexity: ["error", 10],
      eqeqeq: "error",
      "max-lines-per-function": ["error", 40],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  // A `describe` block is as long as its tests.
  { files: ["tests/**"], rules: { "max-lines-per-function": "off" } },
];
