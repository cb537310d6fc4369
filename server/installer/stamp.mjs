/**
 * Decides whether an existing environment is up to date. Hides the stamp: a file in the environment, written last, that
 * records what it was created from. Starts no process, because Sourcewise checks this at every start.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {import("./places.mjs").Place} Place
 * @typedef {{fingerprint: string, root: string, extras: string[], interpreter: string | null}} Stamp
 *   `interpreter`: the Python that the user had chosen when the environment was created, or null
 */

/** @param {Place} place */
export function isReady(place) {
  return isFresh(readStamp(place), { ...place, fingerprint: fingerprintOf(place) });
}

/**
 * @param {Pick<Place, "folder" | "stamp">} place
 * @returns {boolean} whether an environment was completed in this folder or beside it, for these or earlier packages
 */
export function wasReady({ folder, stamp }) {
  const all = path.dirname(folder);
  if (!existsSync(all)) return false;
  return readdirSync(all).some((name) => existsSync(path.join(all, name, path.basename(stamp))));
}

/** @param {Pick<Place, "inputs" | "folder">} place */
export function fingerprintOf({ inputs, folder }) {
  const hash = createHash("sha256");
  // pyvenv.cfg names the version and home of the base Python, and reading it starts no process.
  for (const file of [...inputs, path.join(folder, "pyvenv.cfg")])
    hash.update(existsSync(file) ? readFileSync(file) : "").update("\0");
  return hash.digest("hex");
}

/**
 * @param {Stamp | undefined} stamp
 * @param {Stamp} wanted
 * @returns {boolean} whether the environment is up to date; additional extras do no harm
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
 * @returns {boolean} whether the environment can be kept and completed. One without a stamp (its creation was
 *   interrupted) can; one that was moved cannot, because its scripts name their old path.
 */
export function fitsPlace(stamp, wanted) {
  if (!stamp) return true;
  const interpreterHolds = wanted.interpreter === null || wanted.interpreter === stamp.interpreter;
  return stamp.root === wanted.root && interpreterHolds;
}

/**
 * @param {Pick<Place, "python" | "stamp">} place
 * @returns {Stamp | undefined} undefined when the stamp is missing or unreadable, or the environment's Python is gone
 */
export function readStamp(place) {
  if (!existsSync(place.python)) return undefined;
  try {
    const stamp = JSON.parse(readFileSync(place.stamp, "utf8"));
    return Array.isArray(stamp?.extras) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {Place} place
 * @param {string[]} extras the extras that are installed
 */
export function writeStamp(place, extras) {
  const { root, interpreter } = place;
  const stamp = { fingerprint: fingerprintOf(place), root, extras, interpreter };
  writeFileSync(place.stamp, JSON.stringify(stamp, undefined, 2));
}
