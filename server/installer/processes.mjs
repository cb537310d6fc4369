/** Starts other programs. Hides spawning, signals and exit codes; callers interpret a program's output. */
import { spawn, spawnSync } from "node:child_process";
import { constants } from "node:os";
import { EnvironmentProblem } from "./problem.mjs";
import { findProgram, pythonVariables, withAbsolutePath } from "./programs.mjs";

const COMMAND_NOT_FOUND = 127;

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{timeout?: number}} [options] `timeout`: milliseconds after which the program is killed
 * @returns {{status: number, stdout: string}} status 127 when the command cannot be started or times out
 */
export function capture(command, args, { timeout } = {}) {
  const program = findProgram(command);
  if (program === undefined) return { status: COMMAND_NOT_FOUND, stdout: "" };
  const stdio = ["ignore", "pipe", "ignore"];
  const env = installerVariables();
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8", env, stdio, timeout, windowsHide: true });
  return { status: status ?? COMMAND_NOT_FOUND, stdout: stdout ?? "" };
}

/**
 * Runs a program on this process's terminal and standard streams, and resolves to its exit code.
 *
 * The terminal sends Ctrl-C to every process of the group, so the child receives it by itself, and this process only
 * has to outlive the child. SIGTERM is sent to a single process, so this process forwards it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd: string}} options
 * @returns {Promise<number>} the exit code; 128 plus the signal number when a signal ended the program
 * @throws {EnvironmentProblem} when the program does not exist
 */
export async function passThrough(command, args, { cwd }) {
  const child = spawn(programOf(command), args, { cwd, env: withAbsolutePath(process.env), stdio: "inherit" });
  const release = handleSignals({
    SIGINT: () => {},
    SIGHUP: () => {},
    SIGTERM: () => child.kill("SIGTERM"),
  });
  return exitCode(child).finally(release);
}

/**
 * Runs a program and reports each line of its output.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {"pipe" | number} options.stdout "pipe" to report standard output too, or a file descriptor for it
 * @param {(line: string) => void} options.onLine
 * @param {import("node:stream").Writable} [options.keepsOpen] a pipe that stays open at least until the program ends
 * @returns {Promise<number>} the exit code
 * @throws {EnvironmentProblem} when the program does not exist
 */
export async function reportLines(command, args, { stdout, onLine, keepsOpen }) {
  const stdio = ["ignore", stdout, "pipe", ...(keepsOpen ? [keepsOpen] : [])];
  const child = spawn(programOf(command), args, { env: installerVariables(), stdio, windowsHide: true });
  for (const stream of [child.stdout, child.stderr]) stream && forEachLine(stream, onLine);
  return exitCode(child);
}

/**
 * @param {import("node:stream").Readable} stream
 * @param {(line: string) => void} onLine
 */
export function forEachLine(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop();
    lines.forEach(onLine);
  });
  stream.on("end", () => rest && onLine(rest));
}

/**
 * Kills a program and every process that it started. On POSIX it must lead its own process group (`detached`).
 *
 * @param {number} pid
 */
export function killTree(pid) {
  if (process.platform === "win32") return void capture("taskkill", ["/pid", String(pid), "/T", "/F"]);
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

function programOf(command) {
  const program = findProgram(command);
  if (program !== undefined) return program;
  throw new EnvironmentProblem(`${command} is not on the PATH.`, "Install it, then run this command again.");
}

/** Keeps Python from importing modules from the current folder, which may be a hostile repository. */
function installerVariables() {
  return { ...pythonVariables(process.env), PYTHONSAFEPATH: "1" };
}

function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

function handleSignals(handlers) {
  const entries = Object.entries(handlers);
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => entries.forEach(([signal, handler]) => process.off(signal, handler));
}
