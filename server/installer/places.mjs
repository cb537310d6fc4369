/**
 * The two places that Sourcewise's Python environment is made in: the repository, for who works on it, and the editor's
 * global storage, for who uses it. Hides where each keeps its files and how the two differ; the stages are the same.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { demandHashes } from "./locked_packages.mjs";
import { EnvironmentProblem } from "./problem.mjs";
import { capture } from "./processes.mjs";

/** Prints the requirements of a pyproject.toml and of the extras that follow it, one a line. */
const REQUIREMENTS = `
import pathlib, sys, tomllib
project = tomllib.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))["project"]
extras = [project["optional-dependencies"][name] for name in sys.argv[2:]]
print(*project["dependencies"], *sum(extras, []), sep="\\n")
`;

/**
 * @typedef {{again: string, setting: string, offline: string}} Wording
 *   how the user starts the set-up once more, what they set to choose a Python, what to do without a network
 *
 * @typedef {object} Place
 * @property {string} root what a moved environment is told by: its scripts name their old place
 * @property {string} folder the virtual environment
 * @property {string} python its Python
 * @property {string} stamp
 * @property {string} log of pip
 * @property {string} lock beside the environment, for it must survive when that is made anew
 * @property {string} lockScript hold_lock.py
 * @property {string} script the program `sourcewise` in it; on Windows there is no such file
 * @property {string} constraints the locked versions and their hashes
 * @property {string[]} inputs the files that the environment is made from
 * @property {boolean} isOfOneLock whether the folder belongs to these constraints alone: then a stamp in it says that
 *   all the packages of the lock are there, whatever else changed
 * @property {string | null} interpreter the Python that the user chose; null when they left the choice to us
 * @property {string[]} extras of the package
 * @property {string | null} wheels a folder of wheels that stands in for the network
 * @property {string[]} tools what is installed first, besides pip
 * @property {(extras: string[]) => string[][]} installs the arguments of pip for Sourcewise, a list for each call
 * @property {Wording} wording
 */

/**
 * @param {{root: string, extras: string[], interpreter: string | null, platform: string}} wanted
 *   `root` of the repository
 * @returns {Place} `.venv`, in which Sourcewise runs from its sources
 */
export function repositoryPlace({ root, extras, interpreter, platform }) {
  const constraints = path.join(root, "server", "constraints.txt");
  const layout = layoutOf(path.join(root, ".venv"), platform);
  return {
    ...layout,
    root,
    lock: path.join(root, ".venv.lock"),
    lockScript: path.join(root, "server", "installer", "hold_lock.py"),
    constraints,
    inputs: [path.join(root, "pyproject.toml"), constraints],
    isOfOneLock: false,
    interpreter,
    extras,
    wheels: null,
    tools: ["hatchling", "editables"],
    // pip has no hash for a project in a folder, so it installs the requirements first and then the project by itself.
    installs: (names) => [
      [...demandHashes(constraints), ...requirementsOf(root, layout.python, names)],
      ["--no-deps", "--no-build-isolation", "--editable", root],
    ],
    wording: { again: "run this again", setting: "SOURCEWISE_PYTHON", offline: "" },
  };
}

function requirementsOf(root, python, extras) {
  const { status, stdout } = capture(python, ["-I", "-c", REQUIREMENTS, path.join(root, "pyproject.toml"), ...extras]);
  if (status === 0) return stdout.trim().split(/\r?\n/);
  throw new EnvironmentProblem(
    "The requirements in pyproject.toml cannot be read.",
    "Correct it, then run this again.",
  );
}

/**
 * @typedef {object} ExtensionRequest
 * @property {string} storage the extension's global storage
 * @property {string} shipped the extension's folder that holds the wheel, the lock and hold_lock.py
 * @property {string | null} interpreter
 * @property {string | null} wheels
 */

/**
 * @param {ExtensionRequest & {platform: string}} request
 * @returns {Place} a folder for each lock, so that an update that brings other packages is built beside what windows
 *   still run from
 * @throws {EnvironmentProblem} when the extension lacks its own files
 */
export function extensionPlace({ storage, shipped, interpreter, wheels, platform }) {
  const wheel = wheelIn(shipped);
  const constraints = path.join(shipped, "constraints.txt");
  const all = path.join(storage, "python");
  const key = createHash("sha256").update(readFileSync(constraints)).digest("hex").slice(0, 12);
  return {
    ...layoutOf(path.join(all, key), platform),
    root: storage,
    lock: path.join(all, "lock"),
    lockScript: path.join(shipped, "hold_lock.py"),
    constraints,
    inputs: [wheel, constraints],
    isOfOneLock: true,
    interpreter,
    extras: ["embedded"],
    wheels,
    tools: [],
    // pip leaves a wheel of the same version alone, even where its content differs: hence the second call.
    installs: (names) => [
      [...demandHashes(constraints), `sourcewise[${names.join(",")}] @ ${hashedUrl(wheel)}`],
      ["--force-reinstall", "--no-deps", wheel],
    ],
    wording: {
      again: "choose Set Up",
      setting: "sourcewise.python.interpreter",
      offline: "On a machine without a network, set sourcewise.python.wheels to a folder of wheels. ",
    },
  };
}

/** pip demands a hash of our own wheel too. */
function hashedUrl(wheel) {
  const digest = createHash("sha256").update(readFileSync(wheel)).digest("hex");
  return `${pathToFileURL(wheel)}#sha256=${digest}`;
}

function layoutOf(folder, platform) {
  return {
    folder,
    python: platform === "win32" ? path.join(folder, "Scripts", "python.exe") : path.join(folder, "bin", "python"),
    script: path.join(folder, "bin", "sourcewise"),
    stamp: path.join(folder, "sourcewise-stamp.json"),
    log: path.join(folder, "install.log"),
  };
}

function wheelIn(shipped) {
  const names = existsSync(shipped) ? readdirSync(shipped) : [];
  const wheel = names.find((name) => /^sourcewise-.*\.whl$/.test(name));
  if (wheel && names.includes("constraints.txt")) return path.join(shipped, wheel);
  throw new EnvironmentProblem("The extension lacks its own Python package.", "Install Sourcewise anew.");
}
