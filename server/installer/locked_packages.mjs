/**
 * Restricts pip to the packages of the lock. Hides where pip looks for hashes: with --require-hashes it takes them from
 * the constraints, and refuses every package without a hash there.
 */

/**
 * @param {string} constraints path of the lock
 * @returns {string[]} options for `pip install`. They need the locked pip: older versions ignore hashes in constraints.
 */
export function requireHashes(constraints) {
  return ["--require-hashes", "--constraint", constraints];
}

/**
 * @param {string} lock the text of the lock file
 * @param {string} name a package
 * @returns {string} the lock's entry for the package with all its hashes: a requirements file that any pip can verify
 * @throws {Error} when the lock has no hash for the package
 */
export function lockedRequirement(lock, name) {
  const lines = lock.split(/\r?\n/);
  const first = lines.findIndex((line) => line.startsWith(`${name}==`));
  const last = lines.findIndex((line, index) => index >= first && !line.endsWith("\\"));
  const entry = first < 0 ? "" : lines.slice(first, last + 1).join("\n");
  if (entry.includes("--hash=")) return `${entry}\n`;
  throw new Error(`server/constraints.txt has no hash for ${name}; regenerate it with: npm run lock`);
}
