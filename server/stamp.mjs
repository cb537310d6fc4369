/**
 * Decides whether the environment that is there is the one that is wanted. Hides the stamp: a file in `.venv`, written
 * last, that says what the environment was made from.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {{fingerprint: string, root: string, extras: string[], interpreter: string | null}} Stamp
 *   `interpreter` is $SOURCEWISE_PYTHON when the environment was made, null when it was not set
 * @typedef {{root: string, folder: string, python: string, stamp: string, log: string, lock: string}} Layout
 */

/**
 * @param {string} root of the repository
 * @param {string} platform as `process.platform`
 * @returns {Layout} the paths of the environment
 */
export function layoutOf(root, platform) {
  const folder = path.join(root, ".venv");
  return {
    root,
    folder,
    python: platform === "win32" ? path.join(folder, "Scripts", "python.exe") : path.join(folder, "bin", "python"),
    stamp: path.join(folder, "sourcewise-stamp.json"),
    log: path.join(folder, "install.log"),
    // Beside the environment, for it must survive when the environment is made anew.
    lock: path.join(root, ".venv.lock"),
  };
}

/** @param {Layout} layout */
export function fingerprintOf(layout) {
  // pyvenv.cfg names the version and home of the Python below, and costs no process to read.
  const files = [
    path.join(layout.root, "pyproject.toml"),
    path.join(layout.root, "server", "constraints.txt"),
    path.join(layout.folder, "pyvenv.cfg"),
  ];
  const hash = createHash("sha256");
  for (const file of files) hash.update(existsSync(file) ? readFileSync(file) : "").update("\0");
  return hash.digest("hex");
}

/**
 * @param {Stamp | undefined} stamp
 * @param {{fingerprint: string, root: string, extras: string[], interpreter: string | null}} wanted
 * @returns {boolean} whether nothing has to be done: more extras than wanted do no harm
 */
export function isFresh(stamp, wanted) {
  return (
    stamp?.fingerprint === wanted.fingerprint &&
    fitsPlace(stamp, wanted) &&
    wanted.extras.every((extra) => stamp.extras.includes(extra))
  );
}

/**
 * @param {Stamp | undefined} stamp
 * @param {{root: string, interpreter: string | null}} wanted
 * @returns {boolean} whether the environment can be kept and completed. One without a stamp (its making was cut short)
 *   can; one that was moved cannot, for its scripts name their old place.
 */
export function fitsPlace(stamp, wanted) {
  if (!stamp) return true;
  const interpreterHolds = wanted.interpreter === null || wanted.interpreter === stamp.interpreter;
  return stamp.root === wanted.root && interpreterHolds;
}

/**
 * @param {Layout} layout
 * @returns {Stamp | undefined} undefined when there is none, it cannot be read, or its Python is gone
 */
export function readStamp(layout) {
  if (!existsSync(layout.python)) return undefined;
  try {
    const stamp = JSON.parse(readFileSync(layout.stamp, "utf8"));
    return Array.isArray(stamp?.extras) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {Layout} layout
 * @param {Stamp} stamp
 */
export function writeStamp(layout, stamp) {
  writeFileSync(layout.stamp, JSON.stringify(stamp, undefined, 2));
}
