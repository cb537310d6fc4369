/** Creates the environments of the repository from a terminal: its own, and the one that regenerates the lock. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureEnvironmentAt } from "./installation.mjs";
import { lockedRequirement } from "./locked_packages.mjs";
import { repositoryPlace } from "./places.mjs";
import { EnvironmentProblem } from "./problem.mjs";
import { passThrough } from "./processes.mjs";
import { findPython, namedPythons } from "./python.mjs";
import { TerminalReport } from "./terminal_report.mjs";

/**
 * @param {string} root of the repository
 * @param {string[]} extras the extras of pyproject.toml that are needed
 * @returns {Promise<string>} the environment's Python
 * @throws {import("./problem.mjs").EnvironmentProblem} when it cannot be created
 */
export function ensureEnvironment(root, extras) {
  return ensureEnvironmentAt(placeIn(root, extras), namedPythons(process.platform), new TerminalReport());
}

/**
 * Makes a Python with uv, which resolves the lock. The repository's own environment will not do: it cannot be completed
 * while the lock lacks a package that pyproject.toml names.
 *
 * @param {string} root of the repository
 * @returns {Promise<string>} its Python
 * @throws {EnvironmentProblem} when it cannot be made
 */
export async function ensureLockPython(root) {
  const folder = path.join(root, "build", "lock");
  const { python } = placeIn(folder, []);
  if (!existsSync(python)) await makeVenv(root, path.dirname(path.dirname(python)));
  const requirement = path.join(folder, "uv.txt");
  writeFileSync(requirement, lockedRequirement(readFileSync(placeIn(root, []).constraints, "utf8"), "uv"));
  const options = ["--quiet", "--only-binary", ":all:", "--require-hashes", "--no-deps"];
  const args = ["-m", "pip", "install", ...options, "--requirement", requirement];
  if ((await passThrough(python, args, { cwd: root })) === 0) return python;
  throw new EnvironmentProblem("uv cannot be installed, which resolves the lock.", "See pip's message above.");
}

async function makeVenv(root, folder) {
  const { interpreter, wording } = placeIn(root, []);
  const { executable } = findPython({ chosen: interpreter, candidates: namedPythons(process.platform), wording });
  mkdirSync(path.dirname(folder), { recursive: true });
  if ((await passThrough(executable, ["-m", "venv", folder], { cwd: root })) === 0) return;
  throw new EnvironmentProblem(`Python could not make an environment in ${folder}.`, "See its message above.");
}

function placeIn(root, extras) {
  const { platform, env } = process;
  return repositoryPlace({ root, extras, interpreter: env.SOURCEWISE_PYTHON || null, platform });
}
