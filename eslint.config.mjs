import js from "@eslint/js";
import globals from "globals";
import typescript from "typescript-eslint";

/** VS Code turns `[label](command:…)` in what these show into links; `notifications.ts` calls them with text that has none. */
const NOTIFICATIONS = [
  ...["showInformationMessage", "showWarningMessage", "showErrorMessage", "withProgress"],
  ...["showInputBox", "createInputBox", "setStatusBarMessage"],
];

/** The folders of the extension, highest layer first: each imports only from those after it. Files beside them stand above. */
const LAYERS = [
  ["features"],
  ["webview", "panel"],
  ["server"],
  ["environment"],
  ["notifications", "places"],
  ["generated", "text"],
];

/** For each layer but the top one, the folders that it must not import from. */
const UPWARD_IMPORTS = LAYERS.slice(1).map((layer, above) => ({
  files: layer.map((folder) => `extension/src/${folder}/**`),
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: `^(\\.\\./)+(${LAYERS.slice(0, above + 1)
              .flat()
              .join("|")})/(?!installer/)|^(\\.\\./)+(commands|extension)$`,
            message: "Imports point down: see LAYERS in eslint.config.mjs.",
          },
        ],
      },
    ],
  },
}));

const TYPESCRIPT = ["extension/src/**/*.{ts,tsx}", "tests/extension/**/*.{ts,tsx}"];

export default [
  { ignores: [".venv/", "build/", "dist/", "extension/dist/"] },
  js.configs.recommended,
  ...typescript.config({
    files: TYPESCRIPT,
    extends: [typescript.configs.strictTypeChecked, typescript.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { project: ["tsconfig.json", "tsconfig.webview.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  }),
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
  {
    files: ["**/*.mjs", ...TYPESCRIPT],
    rules: {
      complexity: ["error", { max: 10, variant: "modified" }],
      eqeqeq: "error",
      "max-lines-per-function": ["error", 40],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["extension/src/**"],
    ignores: ["extension/src/notifications/notifications.ts"],
    rules: {
      "no-restricted-properties": [
        "error",
        ...NOTIFICATIONS.map((property) => ({
          property,
          message: "Use extension/src/notifications/notifications.ts.",
        })),
      ],
    },
  },
  ...UPWARD_IMPORTS,
  {
    files: ["extension/*.mjs", "server/**/*.mjs"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "/tests/", message: "The tests import the product, never the other way round." }] },
      ],
    },
  },
  // A `describe` block is as long as its tests.
  { files: ["tests/**"], rules: { "max-lines-per-function": "off" } },
];
