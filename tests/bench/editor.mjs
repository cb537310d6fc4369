/**
 * Measures the waiting times of a user in a real VS Code:
 *
 *   node tests/bench/editor.mjs [--python PATH] [--vsix FILE] [--chunks 10000] [--questions 20]
 *
 * Prints the extension's start time by the extension host's clock (loading its code and running `activate`), and the
 * time from Enter to the sources on screen by the panel's clock. The code is generated, and read completely before the
 * questions begin. Indexing is paused during the questions; the share of chunks with vectors at that point is printed.
 * Set up the environment first: `npm test -- e2e`, or run the specs with `--reuse`.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { capture } from "../../server/installer/processes.mjs";
import { eventually } from "../e2e/eventually.mjs";
import { startSession } from "../e2e/session.mjs";

const ROOT = path.join(import.meta.dirname, "..", "..");
const READING_MS = 600_000;
const QUESTIONS = ["Which {} is stale and where is it trimmed?", "How is a pending {} merged?", "Who raises for a {}?"];
const NOUNS = ["order", "invoice", "ticket", "session", "cookie", "header", "token", "bucket", "ledger", "packet"];

const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: path.join(ROOT, ".venv", "bin", "python") },
    vsix: { type: "string", default: path.join(ROOT, `sourcewise-${version}.vsix`) },
    chunks: { type: "string", default: "10000" },
    questions: { type: "string", default: "20" },
  },
});

const session = await startSession({
  ...options,
  output: path.join(ROOT, "build", "bench"),
  reuse: true,
  say: (message) => process.stderr.write(`bench: ${message}\n`),
});
try {
  await measure(Number(options.questions));
} finally {
  await session.close();
}

async function measure(questions) {
  const { panel, workbench } = session;
  const folder = path.join(session.root, "workspaces", "generated");
  capture(options.python, [path.join(import.meta.dirname, "generated_code.py"), folder, options.chunks]);
  await session.openFolder(folder);
  await session.setUpPython();
  await session.useModel("parrot");
  await eventually("the code is read", async () => /[1-9]%|embedded/.test(await panel.indexSize()), READING_MS);
  await workbench.run("Sourcewise: Pause");
  await panel.footer.filter({ hasText: /paused/i }).waitFor();
  const waits = [];
  for (let number = 0; number <= questions; number += 1) waits.push(await panel.timeToSources(questionAt(number)));
  waits.shift(); // the first question starts the embedding model
  process.stdout.write(`${await panel.indexSize()}\n`);
  process.stdout.write(`from Enter to the sources on screen: ${summaryOf(waits)}\n`);
  process.stdout.write(`start of the extension: ${await workbench.activationTime()}\n`);
}

function questionAt(number) {
  return QUESTIONS[number % QUESTIONS.length].replace("{}", NOUNS[number % NOUNS.length]);
}

function summaryOf(waits) {
  const sorted = waits.toSorted((one, other) => one - other);
  const at = (fraction) => sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))].toFixed(0);
  return `median ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms, of ${sorted.length} questions`;
}
