/**
 * The end-to-end tests: the packaged extension in a real VS Code, with the real server and real models.
 *
 *   node tests/e2e/run.mjs [--python PATH] [--vsix FILE] [--only NAME,NAME] [--reuse] [--update-screenshots]
 *
 * `--only` runs only the named specs. `--reuse` reuses the profile of an earlier run, which has a Python environment.
 * `--update-screenshots` regenerates the README's screenshots instead of running the tests. Screenshots and evidence of
 * failures are written to build/e2e/.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { after, before, describe } from "node:test";
import { parseArgs } from "node:util";
import { updatePictures } from "./pictures.mjs";
import { startSession } from "./session.mjs";

const ROOT = path.join(import.meta.dirname, "..", "..");
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));

/** In the order in which they run: the first one creates the environment that the others use. */
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
if (!existsSync(options.vsix)) throw new Error(`${options.vsix} does not exist. Build it with: npm run package`);
const session = await startSession({
  python: options.python,
  vsix: path.resolve(options.vsix),
  output,
  reuse: options.reuse,
  say: (message) => process.stderr.write(`e2e: ${message}\n`),
});
after(async () => {
  if (options["update-screenshots"]) {
    const target = path.join(ROOT, "extension", "media", "screenshots");
    await updatePictures(session.page.context(), path.join(output, "screenshots"), target);
  }
  await session.close();
});
for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => session.close().finally(() => process.exit(EXIT_INTERRUPTED)));
const selected = options["update-screenshots"] ? ["pictures"] : SPECS;
for (const name of options.only?.split(",") ?? selected) {
  const { default: spec } = await import(`./specs/${name}.mjs`);
  describe(name, () => {
    before(() => (session.hasFailed = false));
    spec(session);
  });
}
