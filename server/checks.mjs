/**
 * The checks of `npm test`, in order, and those of `npm test -- long`. Hides the tool behind each check. Checks without
 * test files are skipped.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { EnvironmentProblem } from "./installer/problem.mjs";
import { passThrough } from "./installer/processes.mjs";

/** Takes too long to run with the others: it must be named. */
const LONG = "long";
const PARTS = ["lint", "unit", "extension", "command_line", "protocol", "e2e", LONG];
const VITEST = path.join("node_modules", "vitest", "vitest.mjs");

/**
 * @typedef {{part: string, title: string, command: string, args: string[], tests?: string[]}} Check
 *   `tests`: the test files that the check runs; a check with an empty list is skipped
 */

/**
 * @param {{root: string, python: string}} environment
 * @returns {Check[]} every check, in order
 */
export function allChecks({ root, python }) {
  const module = (part, title, ...args) => ({ part, title, command: python, args: ["-m", ...args] });
  const pytest = (part, folder) => ({
    // worksteal keeps neighbouring tests on one worker while all workers are busy: they share slow fixtures.
    ...module(part, `pytest ${folder}`, "pytest", "--numprocesses=auto", "--dist=worksteal", folder),
    tests: testsIn(root, folder, /^test_.*\.py$/),
  });
  const typescript = (title, project) =>
    node("lint", title, path.join("node_modules", "typescript", "bin", "tsc"), "--project", project);
  const scripts = testsIn(root, "tests/environment", /\.test\.mjs$/);
  const editor = testsIn(root, "tests/extension", /\.test\.tsx?$/);
  return [
    module("lint", "ruff format", "ruff", "format", "--check", "server", "tests"),
    module("lint", "ruff check", "ruff", "check", "server", "tests"),
    module("lint", "mypy --strict", "mypy"),
    { part: "lint", title: "lint-imports", command: path.join(path.dirname(python), "lint-imports"), args: [] },
    module("lint", "generated files are fresh", "generation", "--check"),
    typescript("tsc, host", "tsconfig.json"),
    typescript("tsc, webview", "tsconfig.webview.json"),
    node("lint", "eslint", path.join("node_modules", "eslint", "bin", "eslint.js"), "."),
    node("lint", "biome check", path.join("node_modules", "@biomejs", "biome", "bin", "biome"), "check", "."),
    { ...node("unit", "node --test tests/environment", "--test", "--test-reporter=spec", ...scripts), tests: scripts },
    pytest("unit", "tests/unit"),
    { ...node("extension", "vitest tests/extension", VITEST, "run"), tests: editor },
    pytest("command_line", "tests/command_line"),
    pytest("command_line", "tests/field"),
    pytest("protocol", "tests/protocol"),
    pytest("e2e", "tests/ollama"),
    ...editorChecks(python),
    ...longChecks(python),
  ];
}

function node(part, title, ...args) {
  return { part, title, command: process.execPath, args };
}

function editorChecks(python) {
  const run = path.join("tests", "e2e", "run.mjs");
  return [
    node("e2e", "npm run package", path.join("server", "environment.mjs"), "package"),
    node("e2e", "tests/e2e, in a real VS Code", "--test-reporter=spec", run, "--python", python),
  ];
}

function longChecks(python) {
  const fault = (title, script, ...args) => ({
    ...{ part: LONG, title, command: python },
    args: [path.join("tests", "faults", script), ...args],
  });
  const debugging = path.join("tests", "e2e", "debugging.mjs");
  return [
    {
      part: LONG,
      title: "F5, in a real VS Code",
      command: process.execPath,
      args: ["--test-reporter=spec", debugging],
    },
    fault("a full disk under the catalog and the cache", "full_disk.py"),
    fault("50 kills of sourcewise index", "kill_index.py", "--kills", "50"),
    fault("a server on a full or read-only disk", "hard_places.py"),
  ];
}

/**
 * @param {Check[]} checks
 * @param {string | undefined} part one of `PARTS`; undefined selects all parts but `long`
 * @returns {Check[]} the checks of that part, without those that have no test files
 * @throws {EnvironmentProblem} when the part does not exist
 */
export function selectChecks(checks, part) {
  if (part !== undefined && !PARTS.includes(part)) {
    throw new EnvironmentProblem(`Unknown test part: ${part}.`, `Use one of: ${PARTS.join(", ")}.`);
  }
  const isWanted = (check) => (part === undefined ? check.part !== LONG : check.part === part);
  return checks.filter((check) => isWanted(check) && check.tests?.length !== 0);
}

/**
 * Runs the checks one after the other and stops at the first failure.
 *
 * @param {Check[]} checks
 * @param {string} root of the repository
 * @returns {Promise<number>} 0, or the exit code of the check that failed
 */
export async function runChecks(checks, root) {
  for (const [index, check] of checks.entries()) {
    process.stdout.write(`\n== ${index + 1}/${checks.length} ${check.title}\n`);
    const code = await passThrough(check.command, check.args, { cwd: root });
    if (code !== 0) {
      process.stderr.write(`\n== FAILED: ${check.title} (exit code ${code}); the remaining checks were skipped\n`);
      return code;
    }
  }
  return 0;
}

/**
 * @param {{packages: Record<string, {version?: string, optional?: boolean}>}} wanted package-lock.json
 * @param {{packages: Record<string, {version?: string}>} | undefined} installed npm's record of what is in node_modules
 * @returns {boolean} whether every locked package is installed at its locked version
 */
export function isInstalled(wanted, installed) {
  return Object.entries(wanted.packages).every(
    ([folder, { version, optional }]) => folder === "" || optional || installed?.packages[folder]?.version === version,
  );
}

/**
 * Installs the locked Node packages unless they are already installed.
 *
 * @param {string} root of the repository
 * @throws {EnvironmentProblem} when npm fails
 */
export async function ensureNodePackages(root) {
  const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined);
  const wanted = read(path.join(root, "package-lock.json"));
  if (isInstalled(wanted, read(path.join(root, "node_modules", ".package-lock.json")))) return;
  // npm sets npm_execpath to its own path, so we need not know npm's several names on Windows.
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [command, ...args] = [...npm, "ci", "--no-audit", "--no-fund"];
  const code = await passThrough(command, args, { cwd: root });
  if (code !== 0)
    throw new EnvironmentProblem(
      "Could not install the Node packages.",
      "Fix the problem that npm reports above, then run this command again.",
    );
}

function testsIn(root, folder, pattern) {
  const full = path.join(root, folder);
  if (!existsSync(full)) return [];
  const files = readdirSync(full, { recursive: true }).filter((file) => pattern.test(path.basename(file)));
  return files.sort().map((file) => path.join(folder, file));
}
