/**
 * Finds the Python that the environment is made from. Hides what it is called on each platform, and in how many ways
 * an installed Python can be unfit.
 *
 * The names, first fit wins:
 *   1. python3.13   2. python3.12   3. python3.11
 *   4. python3      5. python       6. py -3 (Windows only)
 */

import { EnvironmentProblem } from "./problem.mjs";
import { capture } from "./processes.mjs";

/** The locked packages have wheels for these, and for those between. */
const OLDEST = [3, 11];
const NEWEST = [3, 14];
const RANGE = "3.11 to 3.14";

const ANSWER_MS = 20_000;
const DOWNLOAD_MS = 300_000;

const PROBE = `
import importlib.util, json, sys
missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]), "missing": missing}))
`;

/**
 * @typedef {import("./places.mjs").Wording} Wording
 * @typedef {{command: string, args: string[], mayDownload?: boolean}} Candidate a way to start a Python
 * @typedef {{executable: string, version: number[], missing: string[]}} Interpreter what a candidate said about itself
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

/** @returns {Candidate} the Python that uv finds, or else downloads */
export function pythonOfUv() {
  const range = `>=${OLDEST.join(".")},<${NEWEST[0]}.${NEWEST[1] + 1}`;
  return { command: "uv", args: ["run", "--no-project", "--python", range, "python"], mayDownload: true };
}

/** @param {Interpreter} interpreter */
export function isFit(interpreter) {
  return isInRange(interpreter) && interpreter.missing.length === 0;
}

/**
 * @typedef {object} Search
 * @property {string | null} chosen the only Python that may be taken, when the user named one
 * @property {Candidate[]} candidates those to try otherwise, in order
 * @property {Wording} wording
 */

/**
 * Asks each candidate in turn; stops at the first fit one.
 *
 * @param {Search} search
 * @param {(candidate: Candidate) => Interpreter | undefined} ask
 * @returns {Interpreter}
 * @throws {EnvironmentProblem} when none is fit
 */
export function findPython(search, ask = askInterpreter) {
  const unfit = [];
  for (const candidate of search.chosen ? [pythonAt(search.chosen)] : search.candidates) {
    const interpreter = ask(candidate);
    if (interpreter && isFit(interpreter)) return interpreter;
    if (interpreter) unfit.push(interpreter);
  }
  throw explainUnfit(unfit, search);
}

/** @param {Interpreter} interpreter */
export function versionOf(interpreter) {
  return interpreter.version.join(".");
}

/** Why none of the interpreters that answered will do, and the next step. */
function explainUnfit(unfit, { chosen, wording }) {
  const incomplete = unfit.find(isInRange);
  if (incomplete) return explainIncomplete(incomplete, wording);
  const ways = `Install Python 3.13 from python.org, or set ${wording.setting} to the path of a Python ${RANGE}`;
  const hint = `${ways}; then ${wording.again}.`;
  if (unfit.length) {
    const seen = unfit.map((each) => `${versionOf(each)} (${each.executable})`).join(", ");
    return new EnvironmentProblem(`Sourcewise needs Python ${RANGE}; found only ${seen}.`, hint);
  }
  if (chosen) return new EnvironmentProblem(`${wording.setting} names no working Python: ${chosen}`, hint);
  return new EnvironmentProblem(`Sourcewise needs Python ${RANGE}; none was found.`, hint);
}

function isInRange({ version: [major, minor] }) {
  return major === OLDEST[0] && minor >= OLDEST[1] && minor <= NEWEST[1];
}

function explainIncomplete(interpreter, { setting, again }) {
  const [major, minor] = interpreter.version;
  const name = `Python ${versionOf(interpreter)} (${interpreter.executable})`;
  return new EnvironmentProblem(
    `${name} cannot make environments: it has no ${interpreter.missing.join(" and no ")}.`,
    `On Debian or Ubuntu: sudo apt install python${major}.${minor}-venv (or python3-venv). ` +
      `Elsewhere install Python from python.org, or set ${setting} to a complete one. Then ${again}.`,
  );
}

/** A name may exist and still be no Python: version-manager shims and Windows' store alias both fail when run. */
function askInterpreter({ command, args, mayDownload }) {
  const timeout = mayDownload ? DOWNLOAD_MS : ANSWER_MS;
  const { status, stdout } = capture(command, [...args, "-I", "-c", PROBE], { timeout });
  if (status !== 0) return undefined;
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
