/**
 * The lock of an environment: one process at a time may change it. Hides that Python holds it, for Node has no locks
 * that the operating system drops by itself.
 */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { forEachLine } from "./processes.mjs";

/**
 * @typedef {object} Lock
 * @property {import("node:stream").Writable} pipe the lock is held while anybody has it open. So a program that is
 *   given it keeps the lock until it ends, even where the process that started it was killed.
 * @property {() => Promise<void>} release
 */

/**
 * @param {string} python any that works
 * @param {{lock: string, lockScript: string}} place
 * @param {() => void} onWaiting called when another process has it
 * @returns {Promise<Lock>} once it is ours
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
    holder.on("exit", (code) => reject(new Error(`the lock's holder ended with exit code ${code}`)));
    forEachLine(holder.stdout, (state) => (state === "held" ? resolve() : onWaiting()));
  });
}
