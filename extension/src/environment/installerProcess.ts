/**
 * Runs the installer in a process of its own. Hides how it is forked, told and ended: with it ends all that it started,
 * and what it leaves half done the next run completes.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { InstallerMessage, InstallerRequest } from "../../../server/installer/extension_installer.mjs";
import { forEachLine, killTree } from "../../../server/installer/processes.mjs";
import { pythonVariables } from "../../../server/installer/programs.mjs";
import { UserError } from "../userError";

/** Hears what an installation is doing. */
export interface InstallationListener {
  /** `fraction` of the whole that is done, 0 to 1. */
  progress(message: string, fraction: number): void;
  log(line: string): void;
}

/**
 * Makes the environment that is asked for.
 *
 * @param script the installer, as bundled
 * @returns its Python; rejects with a `UserError` when it cannot be made, and when the signal ended the run
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
    // In the desktop editor this process is Electron's, which has to be told to be Node. The user's pip configuration
    // holds (proxies, mirrors), but for what would install elsewhere.
    env: { ...pythonVariables(process.env), ELECTRON_RUN_AS_NODE: "1", PIP_USER: "0" },
    // The options of the extension host, such as those of its debugger, are not for the installer.
    execArgv: [],
    // It leads a process group, so that it can be ended together with pip.
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
    // After the last message; without one, something ended it.
    child.on("close", (code, by) => reject(endedEarly(by ?? `exit code ${String(code)}`)));
  });
}

function endedEarly(reason: string): UserError {
  const message = `The set-up of the Python environment ended unexpectedly (${reason}).`;
  return new UserError(message, "See the log, then choose Set Up: it goes on where it stopped.", "Environment");
}
