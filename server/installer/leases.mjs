/**
 * Records which processes use an environment, so that setting up a newer one does not delete it while it is in use.
 * Hides that a lease is a file named after a process: it expires when that process ends, however it ends.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {string} folder of an environment
 * @param {number} pid of the process that uses it
 * @returns {() => void} releases the lease
 */
export function takeLease(folder, pid) {
  const leases = leasesOf(folder);
  mkdirSync(leases, { recursive: true });
  const file = path.join(leases, String(pid));
  writeFileSync(file, "");
  return () => rmSync(file, { force: true });
}

/**
 * Removes the other environments that no running process uses.
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
    // Signal 0 only checks whether the process exists.
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}
