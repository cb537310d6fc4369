/**
 * Finds the Python that the environment is made from. Hides what it is called on each platform, and in how many ways
 * an installed Python can be unfit.
 *
 * The order, first fit wins:
 *   1. $SOURCEWISE_PYTHON (when set, nothing else is tried)
 *   2. python3.13   3. python3.12   4. python3.11
 *   5. python3      6. python       7. py -3 (Windows only)
 */
import { capture } from "./processes.mjs";
import { EnvironmentProblem } from "./problem.mjs";

const OLDEST = [3, 11];

const PROBE = `
import importlib.util, json, sys
missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]), "missing": missing}))
`;

/**
 * @typedef {{command: string, args: string[]}} Candidate a way to start a Python
 * @typedef {{executable: string, version: number[], missing: string[]}} Interpreter what a candidate said about itself
 */

/**
 * @param {Record<string, string | undefined>} variables the process environment
 * @param {string} platform as `process.platform`
 * @returns {Candidate[]} in the order to try them
 */
export function candidates(variables, platform) {
  if (variables.SOURCEWISE_PYTHON) return [{ command: variables.SOURCEWISE_PYTHON, args: [] }];
  const names = ["python3.13", "python3.12", "python3.11", "python3", "python"];
  const found = names.map((command) => ({ command, args: [] }));
  return platform === "win32" ? [...found, { command: "py", args: ["-3"] }] : found;
}

/** @param {Interpreter} interpreter */
export function isFit(interpreter) {
  return isNewEnough(interpreter) && interpreter.missing.length === 0;
}

/**
 * @param {Interpreter[]} unfit the interpreters that answered, none of which is fit
 * @param {Record<string, string | undefined>} variables the process environment
 * @returns {EnvironmentProblem} why none will do, and the next step
 */
export function explainUnfit(unfit, variables) {
  const incomplete = unfit.find(isNewEnough);
  if (incomplete) return explainIncomplete(incomplete);
  const hint = "Install Python 3.11 or newer, or set SOURCEWISE_PYTHON to the path of one, and run this again.";
  if (unfit.length) {
    const seen = unfit.map((each) => `${versionOf(each)} (${each.executable})`).join(", ");
    return new EnvironmentProblem(`Sourcewise needs Python 3.11 or newer; found only ${seen}.`, hint);
  }
  const chosen = variables.SOURCEWISE_PYTHON;
  if (chosen) return new EnvironmentProblem(`SOURCEWISE_PYTHON names no working Python: ${chosen}`, hint);
  return new EnvironmentProblem("Sourcewise needs Python 3.11 or newer; none was found.", hint);
}

/**
 * Asks each candidate in turn; stops at the first fit one.
 *
 * @param {Record<string, string | undefined>} variables the process environment
 * @param {string} platform as `process.platform`
 * @param {(candidate: Candidate) => Interpreter | undefined} ask
 * @returns {Interpreter}
 * @throws {EnvironmentProblem} when none is fit
 */
export function findPython(variables, platform, ask = askInterpreter) {
  const unfit = [];
  for (const candidate of candidates(variables, platform)) {
    const interpreter = ask(candidate);
    if (interpreter && isFit(interpreter)) return interpreter;
    if (interpreter) unfit.push(interpreter);
  }
  throw explainUnfit(unfit, variables);
}

/** @param {Interpreter} interpreter */
export function versionOf(interpreter) {
  return interpreter.version.join(".");
}

function isNewEnough({ version: [major, minor] }) {
  return major === OLDEST[0] && minor >= OLDEST[1];
}

function explainIncomplete(interpreter) {
  const [major, minor] = interpreter.version;
  const name = `Python ${versionOf(interpreter)} (${interpreter.executable})`;
  return new EnvironmentProblem(
    `${name} cannot make environments: it has no ${interpreter.missing.join(" and no ")}.`,
    `On Debian or Ubuntu: sudo apt install python${major}.${minor}-venv (or python3-venv). ` +
      "Elsewhere install Python from python.org, or set SOURCEWISE_PYTHON to a complete one.",
  );
}

/** A name may exist and still be no Python: version-manager shims and Windows' store alias both fail when run. */
function askInterpreter({ command, args }) {
  const { status, stdout } = capture(command, [...args, "-I", "-c", PROBE]);
  if (status !== 0) return undefined;
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}
