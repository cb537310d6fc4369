/**
 * Entry point of the npm scripts: creates the Python environment when it is needed, then runs a command in it.
 *
 *   node server/environment.mjs sourcewise ARGS...   runs the Sourcewise command line
 *   node server/environment.mjs ask ARGS...          runs `sourcewise ask`, on this repository unless --folder is given
 *   node server/environment.mjs test [lint|unit|extension|command_line|protocol|e2e|long]
 *   node server/environment.mjs python ARGS...       runs the environment's Python, with the test dependencies
 *   node server/environment.mjs build                builds the wheel into dist/
 *   node server/environment.mjs build:extension      bundles the extension into extension/dist/
 *   node server/environment.mjs watch                bundles it with source maps after each change, for the debugger
 *   node server/environment.mjs package              packages both as one VSIX
 *   node server/environment.mjs start                starts VS Code with that VSIX and a small workspace
 *   node server/environment.mjs generate             regenerates what follows from the protocol, settings and languages
 *   node server/environment.mjs lock [--upgrade]     regenerates server/constraints.txt, with hashes
 */
import { realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { allChecks, ensureNodePackages, runChecks, selectChecks } from "./checks.mjs";
import { EnvironmentProblem } from "./installer/problem.mjs";
import { passThrough } from "./installer/processes.mjs";
import { ensureEnvironment, ensureLockPython } from "./installer/repository.mjs";

const ROOT = path.dirname(path.dirname(realpathSync(fileURLToPath(import.meta.url))));

/** @type {Record<string, (args: string[]) => Promise<number>>} each resolves to an exit code */
const COMMANDS = {
  sourcewise: runSourcewise,
  ask: (args) => runSourcewise(["ask", ...withDefaultFolder(args, ROOT)]),
  test: runTests,
  python: runPython,
  build: () => buildWheel("dist"),
  lock: refreshLock,
  "build:extension": bundleExtension,
  watch: watchExtension,
  package: packageExtension,
  start: startExtension,
  generate: () => runPython(["-m", "generation"]),
};

/**
 * @param {string[]} args the arguments of `ask`
 * @param {string} folder
 * @returns {string[]} the same arguments, with `--folder folder` added when they do not set a folder
 */
export function withDefaultFolder(args, folder) {
  const named = args.some((arg) => arg === "--folder" || arg.startsWith("--folder="));
  return named ? args : ["--folder", folder, ...args];
}

async function runSourcewise(args) {
  const python = await ensureEnvironment(ROOT, ["embedded"]);
  // npm changes to the repository before it runs a script. Relative paths resolve against the user's folder: INIT_CWD.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  // Python must never import from the folder under question. -P keeps it off sys.path; -E ignores PYTHONPATH.
  return passThrough(python, ["-EP", "-m", "sourcewise", ...args], { cwd });
}

async function runPython(args) {
  const python = await ensureEnvironment(ROOT, ["dev", "embedded"]);
  return passThrough(python, args, { cwd: ROOT });
}

async function runTests([part]) {
  selectChecks([], part);
  const python = await ensureEnvironment(ROOT, ["dev", "embedded"]);
  await ensureNodePackages(ROOT);
  return runChecks(selectChecks(allChecks({ root: ROOT, python }), part), ROOT);
}

async function buildWheel(folder) {
  const python = await ensureEnvironment(ROOT, ["embedded"]);
  const args = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, "."];
  return passThrough(python, args, { cwd: ROOT });
}

async function bundleExtension() {
  await ensureNodePackages(ROOT);
  const { bundleExtension: bundle } = await import("../extension/build.mjs");
  await bundle(ROOT);
  return 0;
}

async function watchExtension() {
  // The debugged extension runs the server in the same environment.
  await ensureEnvironment(ROOT, ["dev", "embedded"]);
  await ensureNodePackages(ROOT);
  const { watchExtension: watch } = await import("../extension/build.mjs");
  const stop = await watch(ROOT, (line) => process.stdout.write(`${line}\n`));
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await stop();
  return 0;
}

async function packageExtension() {
  await makeVsix();
  return 0;
}

async function startExtension() {
  const vsix = await makeVsix();
  const { startExtension: start } = await import("../extension/start.mjs");
  return start(vsix, await ensureEnvironment(ROOT, ["embedded"]));
}

/** Builds the VSIX and resolves to its path. */
async function makeVsix() {
  const shipped = path.join("extension", "dist", "server");
  rmSync(path.join(ROOT, shipped), { recursive: true, force: true });
  if ((await buildWheel(shipped)) !== 0)
    throw new EnvironmentProblem("Could not build the Python package.", "Fix the problem that pip reports above.");
  await bundleExtension();
  const { packageExtension: pack } = await import("../extension/package.mjs");
  return pack(ROOT);
}

async function refreshLock(args) {
  const python = await ensureLockPython(ROOT);
  // One lock for all platforms and Python versions, without package index URLs.
  const scope = ["--universal", "--python-version", "3.11", "--all-extras", "--group", "tools"];
  const form = ["--generate-hashes", "--no-annotate", "--no-emit-index-url", "--quiet"];
  const files = [
    "--custom-compile-command",
    "npm run lock",
    "pyproject.toml",
    "--output-file",
    "server/constraints.txt",
  ];
  return passThrough(python, ["-m", "uv", "pip", "compile", ...scope, ...form, ...files, ...args], { cwd: ROOT });
}

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? "") ? COMMANDS[name] : undefined;
  if (!command) {
    throw new EnvironmentProblem(
      name ? `Unknown command: ${name}.` : "No command given.",
      `Use one of: ${Object.keys(COMMANDS).join(", ")}.`,
    );
  }
  return command(args);
}

async function runAsProgram() {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (problem) {
    if (!(problem instanceof EnvironmentProblem)) throw problem;
    process.stderr.write(`sourcewise: ${problem.report}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url)))
  await runAsProgram();
