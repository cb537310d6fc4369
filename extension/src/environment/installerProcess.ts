/**
 * Runs the installer in a separate process. Hides how that process is forked, controlled and killed. Killing it also kills
 * its child processes; the next run completes an interrupted installation.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { InstallerMessage, InstallerRequest } from "../../../server/installer/extension_installer.mjs";
import { forEachLine, killTree } from "../../../server/installer/processes.mjs";
import { pythonVariables } from "../../../server/installer/programs.mjs";
import { UserError } from "../userError";

/** Receives the progress and the log of an installation. */
export interface InstallationListener {
  /** `fraction`: overall progress, 0 to 1. */
  progress(message: string, fraction: number): void;
  log(line: string): void;
}

/**
 * Creates the requested environment.
 *
 * @param script path of the bundled installer
 * @returns the environment's Python; rejects with a `UserError` if the installation fails or the signal aborts it
 */
export function runInstaller(
  script: string,
  request: InstallerRequest,
  listener: InstallationListener,
  signal: AbortSignal,
): Promise<string> {
  const child = forkInstaller(script, request.storage);
  const end = (): void => {
    if (child.pid !== undefined) killTree(child.pid);
  };
  signal.addEventListener("abort", end);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) forEachLine(stream, (line: string) => listener.log(line));
  }
  child.send(request, () => undefined);
  return outcomeOf(child, listener).finally(() => signal.removeEventListener("abort", end));
}

function forkInstaller(script: string, cwd: string): ChildProcess {
  return fork(script, {
    cwd,
    // In desktop VS Code, this process is Electron, which runs as Node only with ELECTRON_RUN_AS_NODE. The user's pip
    // configuration (proxies, mirrors) applies, except for options that would install elsewhere.
    env: { ...pythonVariables(process.env), ELECTRON_RUN_AS_NODE: "1", PIP_USER: "0" },
    // Do not pass on the extension host's own options, such as those of its debugger.
    execArgv: [],
    // Make it the leader of a process group, so that it can be killed together with pip.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

function outcomeOf(child: ChildProcess, listener: InstallationListener): Promise<string> {
  return new Promise((resolve, reject) => {
    child.on("message", (message: InstallerMessage) => {
      if (message.type === "progress") listener.progress(message.message, message.fraction);
      else if (message.type === "log") listener.log(message.line);
      else if (message.type === "ready") resolve(message.python);
      else reject(new UserError(message.message, message.hint, "Environment"));
    });
    child.on("error", (error) => reject(endedEarly(error.message)));
    // Has no effect after a final message. Without one, the process died early.
    child.on("close", (code, by) => reject(endedEarly(by ?? `exit code ${String(code)}`)));
  });
}

function endedEarly(reason: string): UserError {
  const message = `Setup of the Python environment ended unexpectedly (${reason}).`;
  return new UserError(message, "See the log, then choose Set Up to resume.", "Environment");
}
