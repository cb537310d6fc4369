/**
 * Makes pip install the packages of the lock and nothing else. Hides where pip looks for hashes: with --require-hashes
 * it takes them from the constraints, and refuses every package that has none there.
 */

/**
 * @param {string} constraints path of the lock
 * @returns {string[]} options of `pip install`. They need the pip of the lock: older ones ignore hashes of constraints.
 */
export function demandHashes(constraints) {
  return ["--require-hashes", "--constraint", constraints];
}

/**
 * @param {string} lock its text
 * @param {string} name a package
 * @returns {string} the lock's entry for the package with all its hashes, as a requirements file that any pip can check
 * @throws {Error} when the lock has no hash for the package
 */
export function lockedRequirement(lock, name) {
  const lines = lock.split(/\r?\n/);
  const first = lines.findIndex((line) => line.startsWith(`${name}==`));
  const last = lines.findIndex((line, index) => index >= first && !line.endsWith("\\"));
  const entry = first < 0 ? "" : lines.slice(first, last + 1).join("\n");
  if (entry.includes("--hash=")) return `${entry}\n`;
  throw new Error(`server/constraints.txt has no hash for ${name}; refresh it with: npm run lock`);
}
