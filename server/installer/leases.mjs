/**
 * Remembers which processes run from an environment, so that a newer one does not take it from under them. Hides that a
 * lease is a file named by a process: it ends with that process, however it ends.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {string} folder of an environment
 * @param {number} pid of the process that runs from it
 * @returns {() => void} gives the lease back
 */
export function takeLease(folder, pid) {
  const leases = leasesOf(folder);
  mkdirSync(leases, { recursive: true });
  const file = path.join(leases, String(pid));
  writeFileSync(file, "");
  return () => rmSync(file, { force: true });
}

/**
 * Removes the environments beside this one that no living process runs from.
 *
 * @param {string} folder of the environment to keep
 */
export function removeOthers(folder) {
  for (const entry of readdirSync(path.dirname(folder), { withFileTypes: true })) {
    const other = path.join(path.dirname(folder), entry.name);
    if (!entry.isDirectory() || other === folder || isLeased(other)) continue;
    rmSync(other, { recursive: true, force: true });
  }
}

function isLeased(folder) {
  const leases = leasesOf(folder);
  return existsSync(leases) && readdirSync(leases).some((name) => isAlive(Number(name)));
}

function leasesOf(folder) {
  return path.join(folder, "leases");
}

function isAlive(pid) {
  try {
    // Signal 0 asks only whether there is such a process.
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
