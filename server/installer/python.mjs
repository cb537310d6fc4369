/**
 * Finds the Python to create the environment from. Hides its name on each platform, and the reasons why an installed
 * Python may be unsuitable.
 *
 * The first suitable Python wins, in this order:
 *   1. python3.13   2. python3.12   3. python3.11
 *   4. python3      5. python       6. py -3 (Windows only)
 */

import { EnvironmentProblem } from "./problem.mjs";
import { capture } from "./processes.mjs";

/** The range of Python versions, both included, for which the locked packages have wheels. */
const OLDEST = [3, 11];
const NEWEST = [3, 14];
const RANGE = "3.11 to 3.14";

const PROBE_TIMEOUT_MS = 20_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;

const PROBE = `
import importlib.util, json, sys
missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]), "missing": missing}))
`;

/**
 * @typedef {import("./places.mjs").Wording} Wording
 * @typedef {{command: string, args: string[], mayDownload?: boolean}} Candidate a command that may start a Python
 * @typedef {{executable: string, version: number[], missing: string[]}} Interpreter a candidate's self-description
 */

/**
 * @param {string} platform as `process.platform`
 * @returns {Candidate[]} the Pythons that may be on the PATH, in the order to try them
 */
export function namedPythons(platform) {
  const names = ["python3.13", "python3.12", "python3.11", "python3", "python"];
  const found = names.map((command) => ({ command, args: [] }));
  return platform === "win32" ? [...found, { command: "py", args: ["-3"] }] : found;
}

/**
 * @param {string} executable
 * @returns {Candidate}
 */
export function pythonAt(executable) {
  return { command: executable, args: [] };
}

/** @returns {Candidate} the Python that uv finds or downloads */
export function pythonOfUv() {
  const range = `>=${OLDEST.join(".")},<${NEWEST[0]}.${NEWEST[1] + 1}`;
  return { command: "uv", args: ["run", "--no-project", "--python", range, "python"], mayDownload: true };
}

/** @param {Interpreter} interpreter */
export function isSuitable(interpreter) {
  return isInRange(interpreter) && interpreter.missing.length === 0;
}

/**
 * @typedef {object} Search
 * @property {string | null} chosen the Python that the user chose; no other is tried then
 * @property {Candidate[]} candidates the Pythons to try otherwise, in order
 * @property {Wording} wording
 */

/**
 * Probes each candidate in turn and returns the first suitable one.
 *
 * @param {Search} search
 * @param {(candidate: Candidate) => Interpreter | undefined} probe
 * @returns {Interpreter}
 * @throws {EnvironmentProblem} when none is suitable
 */
export function findPython(search, probe = probeInterpreter) {
  const unsuitable = [];
  for (const candidate of search.chosen ? [pythonAt(search.chosen)] : search.candidates) {
    const interpreter = probe(candidate);
    if (interpreter && isSuitable(interpreter)) return interpreter;
    if (interpreter) unsuitable.push(interpreter);
  }
  throw noSuitablePython(unsuitable, search);
}

/** @param {Interpreter} interpreter */
export function versionOf(interpreter) {
  return interpreter.version.join(".");
}

/** Explains why none of the interpreters that answered is suitable, with the next step. */
function noSuitablePython(unsuitable, { chosen, wording }) {
  const incomplete = unsuitable.find(isInRange);
  if (incomplete) return incompletePython(incomplete, wording);
  const ways = `Install Python 3.13 from python.org, or set ${wording.setting} to the path of a Python ${RANGE}`;
  const hint = `${ways}; then ${wording.again}.`;
  if (unsuitable.length) {
    const seen = unsuitable.map((each) => `${versionOf(each)} (${each.executable})`).join(", ");
    return new EnvironmentProblem(`Sourcewise needs Python ${RANGE}, but found only ${seen}.`, hint);
  }
  if (chosen) return new EnvironmentProblem(`${wording.setting} is not a working Python: ${chosen}`, hint);
  return new EnvironmentProblem(`Sourcewise needs Python ${RANGE}, but none was found.`, hint);
}

function isInRange({ version: [major, minor] }) {
  return major === OLDEST[0] && minor >= OLDEST[1] && minor <= NEWEST[1];
}

function incompletePython(interpreter, { setting, again }) {
  const [major, minor] = interpreter.version;
  const name = `Python ${versionOf(interpreter)} (${interpreter.executable})`;
  return new EnvironmentProblem(
    `${name} cannot create virtual environments: it has no ${interpreter.missing.join(" and no ")}.`,
    `On Debian or Ubuntu, run: sudo apt install python${major}.${minor}-venv (or python3-venv). ` +
      `Elsewhere, install Python from python.org, or set ${setting} to a complete Python. Then ${again}.`,
  );
}

/**
 * Runs the candidate and returns its description of itself. A command may exist without being a Python: version-manager
 * shims and the Windows store alias fail when they are run.
 */
function probeInterpreter({ command, args, mayDownload }) {
  const timeout = mayDownload ? DOWNLOAD_TIMEOUT_MS : PROBE_TIMEOUT_MS;
  const { status, stdout } = capture(command, [...args, "-I", "-c", PROBE], { timeout });
  if (status !== 0) return undefined;
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
