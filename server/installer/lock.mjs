/**
 * The lock of an environment: only one process at a time may change it. Hides that a Python process holds it, because
 * Node has no locks that the operating system releases automatically.
 */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { forEachLine } from "./processes.mjs";

/**
 * @typedef {object} Lock
 * @property {import("node:stream").Writable} pipe the lock is held while any process has this pipe open. A program
 *   that inherits it keeps the lock until it ends, even if the process that started it was killed.
 * @property {() => Promise<void>} release
 */

/**
 * @param {string} python any working Python
 * @param {{lock: string, lockScript: string}} place
 * @param {() => void} onWaiting called when another process holds the lock
 * @returns {Promise<Lock>} resolves once the lock is acquired
 */
export async function acquireLock(python, { lock, lockScript }, onWaiting) {
  mkdirSync(path.dirname(lock), { recursive: true });
  const holder = spawn(python, ["-I", lockScript, lock], { stdio: ["pipe", "pipe", "inherit"], windowsHide: true });
  const ended = new Promise((resolve) => holder.once("exit", resolve));
  await untilHeld(holder, onWaiting);
  const release = async () => {
    holder.stdin.end();
    await ended;
  };
  return { pipe: holder.stdin, release };
}

function untilHeld(holder, onWaiting) {
  return new Promise((resolve, reject) => {
    holder.on("error", reject);
    holder.on("exit", (code) => reject(new Error(`the process that holds the lock ended with exit code ${code}`)));
    forEachLine(holder.stdout, (state) => (state === "held" ? resolve() : onWaiting()));
  });
}
