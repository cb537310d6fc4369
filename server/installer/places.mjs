/**
 * The two places where Sourcewise creates a Python environment: the repository, for contributors, and the editor's
 * global storage, for users. Hides where each keeps its files and how they differ; the installation steps are the same.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { requireHashes } from "./locked_packages.mjs";
import { EnvironmentProblem } from "./problem.mjs";
import { capture } from "./processes.mjs";

/** Python code that prints the requirements of a pyproject.toml and of the given extras, one a line. */
const REQUIREMENTS = `
import pathlib, sys, tomllib
project = tomllib.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))["project"]
extras = [project["optional-dependencies"][name] for name in sys.argv[2:]]
print(*project["dependencies"], *sum(extras, []), sep="\\n")
`;

/**
 * @typedef {{again: string, setting: string, offline: string}} Wording
 *   `again`: how the user restarts the set-up; `setting`: the name of the setting that chooses a Python; `offline`: how
 *   to install without a network
 *
 * @typedef {object} Place
 * @property {string} root detects a moved environment, whose scripts still name their old path
 * @property {string} folder the virtual environment
 * @property {string} python the environment's Python
 * @property {string} stamp the file that records how the environment was created; see stamp.mjs
 * @property {string} log pip's log file
 * @property {string} lock the lock file; beside the environment, because it must survive when that is recreated
 * @property {string} lockScript the path of hold_lock.py
 * @property {string} script the program `sourcewise` in the environment; on Windows this file does not exist
 * @property {string} constraints the file with the locked versions and their hashes
 * @property {string[]} inputs the files that the environment is created from
 * @property {boolean} isPerLock whether the folder is used for these constraints only. A stamp in it then means that
 *   all packages of the lock are installed, whatever else changed.
 * @property {string | null} interpreter the Python that the user chose; null to choose one automatically
 * @property {string[]} extras the extras of the Python package to install
 * @property {string | null} wheels a folder of wheels to use instead of the network
 * @property {string[]} tools the packages to install first, besides pip
 * @property {(extras: string[]) => string[][]} installs the pip arguments that install Sourcewise, one list per call
 * @property {Wording} wording
 */

/**
 * @param {{root: string, extras: string[], interpreter: string | null, platform: string}} wanted
 *   `root`: the root of the repository
 * @returns {Place} the `.venv` in which Sourcewise runs from its sources
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
    isPerLock: false,
    interpreter,
    extras,
    wheels: null,
    tools: ["hatchling", "editables"],
    // pip cannot hash a project folder, so the first call installs the requirements and the second only the project.
    installs: (names) => [
      [...requireHashes(constraints), ...requirementsOf(root, layout.python, names)],
      ["--no-deps", "--no-build-isolation", "--editable", root],
    ],
    wording: { again: "run this command again", setting: "SOURCEWISE_PYTHON", offline: "" },
  };
}

function requirementsOf(root, python, extras) {
  const { status, stdout } = capture(python, ["-I", "-c", REQUIREMENTS, path.join(root, "pyproject.toml"), ...extras]);
  if (status === 0) return stdout.trim().split(/\r?\n/);
  throw new EnvironmentProblem(
    "Could not read the requirements in pyproject.toml.",
    "Correct the file, then run this command again.",
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
 * @returns {Place} a folder per lock, so that an update with other packages is installed beside the environment that
 *   open windows still use
 * @throws {EnvironmentProblem} when files of the extension are missing
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
    isPerLock: true,
    interpreter,
    extras: ["embedded"],
    wheels,
    tools: [],
    // pip skips a wheel of an installed version even when its content differs, so the second call forces a reinstall.
    installs: (names) => [
      [...requireHashes(constraints), `sourcewise[${names.join(",")}] @ ${hashedUrl(wheel)}`],
      ["--force-reinstall", "--no-deps", wheel],
    ],
    wording: {
      again: "choose Set Up",
      setting: "sourcewise.python.interpreter",
      offline: "To install offline, set sourcewise.python.wheels to a folder of wheels. ",
    },
  };
}

/** Returns the wheel's URL with its hash, because pip requires a hash of our own wheel too. */
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
  throw new EnvironmentProblem("The extension's Python package is missing.", "Reinstall Sourcewise.");
}
