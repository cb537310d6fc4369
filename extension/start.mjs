/**
 * Opens the packaged extension on a small workspace, for `npm start`: in the VS Code that the user has, else in
 * code-server, a VS Code that runs in the browser.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import path from "node:path";
import { EnvironmentProblem } from "../server/installer/problem.mjs";
import { capture } from "../server/installer/processes.mjs";
import { findProgram, withAbsolutePath } from "../server/installer/programs.mjs";
import { cacheFolder, ensureCodeServer, installExtension, startCodeServer } from "./codeServer.mjs";

/** A package of Python's own that is real, small and known to many. */
const SAMPLE = "http";

/** For the VS Code in the browser: what else would sit where the panel is, or speak to others. */
const SETTINGS = { "chat.disableAIFeatures": true, "telemetry.telemetryLevel": "off", "extensions.autoUpdate": false };

/**
 * @param {string} vsix
 * @param {string} python whose `http` is shown
 * @returns {Promise<number>} the exit code
 * @throws {EnvironmentProblem} when there is no VS Code and code-server cannot be had
 */
export async function startExtension(vsix, python) {
  const home = path.join(cacheFolder(), "start");
  const workspace = makeWorkspace(path.join(home, "workspace"), python);
  if (code("--version").status !== 0) return openInBrowser(home, workspace, vsix);
  return openInCode(workspace, vsix);
}

/** Kept between starts, with what the user changed in it. */
function makeWorkspace(folder, python) {
  if (existsSync(folder)) return folder;
  const { stdout } = capture(python, ["-c", `import ${SAMPLE}; print(${SAMPLE}.__path__[0])`]);
  const isSource = (file) => path.basename(file) !== "__pycache__";
  cpSync(stdout.trim(), path.join(folder, SAMPLE), { recursive: true, filter: isSource });
  return folder;
}

function openInCode(workspace, vsix) {
  const installed = code("--install-extension", vsix, "--force");
  if (installed.status !== 0) throw new EnvironmentProblem(`VS Code did not install ${vsix}.`, installed.stderr.trim());
  return code(workspace).status;
}

/** On Windows `code` is a batch file, which only a shell runs. */
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
  say("There is no `code` on the path: starting a VS Code for the browser (the first time takes a few minutes).");
  const codeServer = await ensureCodeServer(say);
  await installExtension(codeServer, vsix, profile);
  const running = await startCodeServer(codeServer, { ...profile, settings: SETTINGS });
  say(`Open ${running.addressOf(workspace, path.join(workspace, SAMPLE, "client.py"))}\nCtrl+C ends it.`);
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  await running.stop();
  return 0;
}
