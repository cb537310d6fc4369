/**
 * Opens the packaged extension with a small workspace, for `npm start`: in the user's VS Code if it is installed, otherwise
 * in code-server, a VS Code for the browser.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import path from "node:path";
import { EnvironmentProblem } from "../server/installer/problem.mjs";
import { capture } from "../server/installer/processes.mjs";
import { findProgram, withAbsolutePath } from "../server/installer/programs.mjs";
import { cacheFolder, ensureCodeServer, installExtension, startCodeServer } from "./codeServer.mjs";

/** The sample workspace: a small, real and well-known package of Python's standard library. */
const SAMPLE = "http";

/** Settings for code-server: turns off features that take the panel's space or use the network. */
const SETTINGS = { "chat.disableAIFeatures": true, "telemetry.telemetryLevel": "off", "extensions.autoUpdate": false };

/**
 * @param {string} vsix path of the packaged extension
 * @param {string} python the Python whose `http` package becomes the workspace
 * @returns {Promise<number>} the exit code
 * @throws {EnvironmentProblem} if VS Code is not installed and code-server cannot be downloaded
 */
export async function startExtension(vsix, python) {
  const home = path.join(cacheFolder(), "start");
  const workspace = makeWorkspace(path.join(home, "workspace"), python);
  if (code("--version").status !== 0) return openInBrowser(home, workspace, vsix);
  return openInCode(workspace, vsix);
}

/** Creates the workspace. An existing one is kept between starts, with the changes of the user. */
function makeWorkspace(folder, python) {
  if (existsSync(folder)) return folder;
  const { stdout } = capture(python, ["-c", `import ${SAMPLE}; print(${SAMPLE}.__path__[0])`]);
  const isSource = (file) => path.basename(file) !== "__pycache__";
  cpSync(stdout.trim(), path.join(folder, SAMPLE), { recursive: true, filter: isSource });
  return folder;
}

function openInCode(workspace, vsix) {
  const installed = code("--install-extension", vsix, "--force");
  if (installed.status !== 0)
    throw new EnvironmentProblem(`VS Code could not install ${vsix}.`, installed.stderr.trim());
  return code(workspace).status;
}

/** Runs `code`. On Windows it is a batch file, which needs a shell. */
function code(...args) {
  const shell = process.platform === "win32";
  const program = findProgram("code", { extensions: [".cmd", ".exe"] });
  if (program === undefined) return { status: 127, stderr: "" };
  const quoted = (text) => (shell ? `"${text}"` : text);
  const env = withAbsolutePath(process.env);
  return spawnSync(quoted(program), args.map(quoted), { encoding: "utf8", env, shell });
}

async function openInBrowser(home, workspace, vsix) {
  const say = (message) => process.stdout.write(`${message}\n`);
  const profile = { userData: path.join(home, "user"), extensions: path.join(home, "extensions") };
  say("`code` is not on the PATH. Starting VS Code in the browser; the first start takes a few minutes.");
  const codeServer = await ensureCodeServer(say);
  await installExtension(codeServer, vsix, profile);
  const running = await startCodeServer(codeServer, { ...profile, settings: SETTINGS });
  say(`Open ${running.addressOf(workspace, path.join(workspace, SAMPLE, "client.py"))}\nPress Ctrl+C to stop.`);
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await running.stop();
  return 0;
}
