/**
 * The end-to-end tests: the packaged extension in a real VS Code, with the real server and real models.
 *
 *   node tests/e2e/run.mjs [--python PATH] [--vsix FILE] [--only NAME,NAME] [--reuse] [--update-screenshots]
 *
 * `--only` plays the named specs alone; `--reuse` takes the profile of an earlier run, whose environment is made
 * already; `--update-screenshots` plays what renews the pictures of the README instead. Screenshots, and what is kept
 * of failures, are in build/e2e/.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { after, before, describe } from "node:test";
import { parseArgs } from "node:util";
import { updatePictures } from "./pictures.mjs";
import { raiseStage } from "./stage.mjs";

const ROOT = path.join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));

/** In the order in which they are played: the first makes the environment that the others use. */
const SPECS = [
  "firstUse",
  "questions",
  "answers",
  "chats",
  "explain",
  "hover",
  "search",
  "changes",
  "status",
  "models",
  "hostile",
  "situations",
  "extensionHost",
];

const EXIT_INTERRUPTED = 130;

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: path.join(ROOT, ".venv", "bin", "python") },
    vsix: { type: "string", default: path.join(ROOT, `sourcewise-${version}.vsix`) },
    only: { type: "string" },
    reuse: { type: "boolean", default: false },
    "update-screenshots": { type: "boolean", default: false },
  },
});

const output = path.join(ROOT, "build", "e2e");
rmSync(output, { recursive: true, force: true });
if (!existsSync(options.vsix)) throw new Error(`There is no ${options.vsix}. Make it with: npm run package`);
const stage = await raiseStage({
  python: options.python,
  vsix: path.resolve(options.vsix),
  output,
  reuse: options.reuse,
  say: (message) => process.stderr.write(`e2e: ${message}\n`),
});
after(async () => {
  if (options["update-screenshots"]) {
    const target = path.join(ROOT, "extension", "media", "screenshots");
    await updatePictures(stage.page.context(), path.join(output, "screenshots"), target);
  }
  await stage.strike();
});
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => stage.strike().finally(() => process.exit(EXIT_INTERRUPTED)));
const played = options["update-screenshots"] ? ["pictures"] : SPECS;
for (const name of options.only?.split(",") ?? played) {
  const { default: spec } = await import(`./specs/${name}.mjs`);
  describe(name, () => {
    before(() => (stage.isBroken = false));
    spec(stage);
  });
}
