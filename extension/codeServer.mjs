/**
/**
 * A real VS Code in the browser, for `npm start` and the tests: code-server, built only from npm packages and kept in a
 * cache folder outside the repository. Hides how it is assembled, which Node runs it, and how it is started and stopped.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import path from "node:path";
import { EnvironmentProblem } from "../server/installer/problem.mjs";
import { reportLines } from "../server/installer/processes.mjs";

const NODE_VERSION = "24.21.0";
const CODE_SERVER_VERSION = "4.139.1";
const START_MS = 60_000;
const POLL_MS = 100;
const LINES_OF_FAILURE = 12;

/** Built-in extensions to disable, which makes a page load seconds faster. Languages and themes stay. */
const HEAVY_BUILT_INS =
  /^(copilot|emmet|git.*|github.*|grunt|gulp|ipynb|jake|mermaid.*|microsoft-auth.*|ms-vscode.*|notebook.*|npm|(?:css|html|json|php|typescript)-l.*|terminal-s.*|tunnel.*)$/;

/**
 * @typedef {{node: string, entry: string}} CodeServer the Node to run it with, and the file to run
 * @typedef {{userData: string, extensions: string}} Profile the folders of a profile
 * @typedef {{
 *   url: string,
 *   pid: number,
 *   addressOf: (folder?: string, file?: string) => string,
 *   stop: () => Promise<void>,
 * }} RunningCodeServer `addressOf`: the address of a window that shows the folder and opens the file in it
 */

/**
 * Installs code-server if necessary. After an interruption, only the unfinished stages are repeated.
 *
 * @param {(message: string) => void} say receives progress messages
 * @returns {Promise<CodeServer>}
 * @throws {EnvironmentProblem} when npm fails
 */
export async function ensureCodeServer(say) {
  const home = path.join(cacheFolder(), `code-server-${CODE_SERVER_VERSION}-node-${NODE_VERSION}`);
  const node = path.join(home, "node", "node_modules", "node", "bin", "node");
  const packageFolder = path.join(home, "code-server", "node_modules", "code-server");
  for (const { name, title, make } of stages(home, path.join(packageFolder, "lib", "vscode"))) {
    const stamp = path.join(home, `.${name}.done`);
    if (existsSync(stamp)) continue;
    say(title);
    await make();
    writeFileSync(stamp, "");
  }
  return { node, entry: path.join(packageFolder, "out", "node", "entry.js") };
}

/**
 * @param {CodeServer} codeServer
 * @param {string} vsix
 * @param {Profile} profile
 * @throws {EnvironmentProblem} when code-server refuses it
 */
export async function installExtension(codeServer, vsix, profile) {
  const args = [codeServer.entry, "--install-extension", vsix, ...profileArguments(profile)];
  const complaint = await complaintOf(codeServer.node, args);
  if (complaint) throw new EnvironmentProblem(`code-server did not install ${vsix}.`, complaint);
}

/**
 * Starts code-server on the loopback address and waits until it answers.
 *
 * @param {CodeServer} codeServer
 * @param {Profile & {
 *   port?: number,
 *   workspaceTrust?: boolean,
 *   settings?: object,
 *   machineSettings?: object,
 *   env?: Record<string, string>,
 *   onOutput?: (text: string) => void,
 * }} options `port`: 0 or undefined chooses a free port; `machineSettings`: the settings with machine scope, which VS
 *   Code reads from a separate file; `workspaceTrust`: whether folders must be trusted first
 * @returns {Promise<RunningCodeServer>}
 * @throws {EnvironmentProblem} when it exits or does not answer in time
 */
export async function startCodeServer(codeServer, options) {
  writeSettings(options);
  const port = options.port || (await freePort());
  const args = [codeServer.entry, ...serverArguments(port, options), ...profileArguments(options)];
  const child = spawn(codeServer.node, args, {
    detached: true,
    env: { ...environment(), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => options.onOutput?.(String(data)));
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(url, child);
  return {
    url,
    pid: child.pid,
    addressOf: (folder, file) => address(url, folder, file),
    stop: () => stopGroup(child),
  };
}

/** @returns {string} the folder that keeps installed programs between runs */
export function cacheFolder() {
  const base =
    process.platform === "win32"
      ? (process.env.LOCALAPPDATA ?? path.join(homedir(), "AppData", "Local"))
      : (process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"));
  return path.join(base, "sourcewise-tests");
}

function stages(home, vscode) {
  const extensions = path.join(vscode, "extensions");
  const inner = ["install", "--omit=dev", "--ignore-scripts"];
  return [
    {
      name: "node",
      title: `Installing Node ${NODE_VERSION}, which code-server needs…`,
      // Needs its install script, which links the binary of this platform.
      make: () => npm(path.join(home, "node"), ["install", `node@${NODE_VERSION}`]),
    },
    {
      name: "code-server",
      title: `Installing code-server ${CODE_SERVER_VERSION}…`,
      // Skips the install scripts, which would compile for eight minutes although prebuilt files exist.
      make: () =>
        npm(path.join(home, "code-server"), ["install", "--ignore-scripts", `code-server@${CODE_SERVER_VERSION}`]),
    },
    { name: "workbench", title: "Installing the workbench's packages…", make: () => npm(vscode, inner) },
    { name: "built-ins", title: "Installing the built-in extensions…", make: () => npm(extensions, inner) },
    { name: "finish", title: "Assembling code-server…", make: () => finish(vscode, extensions) },
  ];
}

/** Does what code-server's own install script does besides compiling. */
function finish(vscode, extensions) {
  link(path.join(vscode, "bin", "remote-cli", "code-server"), "code-linux.sh");
  link(path.join(vscode, "bin", "helpers", "browser.sh"), "browser-linux.sh");
  const aside = path.join(vscode, "unused-extensions");
  mkdirSync(aside, { recursive: true });
  for (const name of readdirSync(extensions).filter((folder) => HEAVY_BUILT_INS.test(folder)))
    renameSync(path.join(extensions, name), path.join(aside, name));
}

function link(place, target) {
  rmSync(place, { force: true });
  symlinkSync(target, place);
}

async function npm(cwd, args) {
  mkdirSync(cwd, { recursive: true });
  const manifest = path.join(cwd, "package.json");
  if (!existsSync(manifest)) writeFileSync(manifest, '{"private": true}\n');
  // npm sets npm_execpath to its own path, so we need not know npm's several names on Windows.
  const [command, ...rest] = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const complaint = await complaintOf(command, [...rest, "--prefix", cwd, ...args, "--no-audit", "--no-fund"]);
  if (complaint)
    throw new EnvironmentProblem(`npm failed in ${cwd}: ${complaint}`, "Check the network, then try again.");
}

/** Runs a program. Resolves to its last lines of output when it fails, and to an empty string otherwise. */
async function complaintOf(command, args) {
  const lines = [];
  const code = await reportLines(command, args, {
    env: environment(),
    stdout: "pipe",
    onLine: (line) => lines.push(line),
  });
  return code === 0 ? "" : `exit code ${code}\n${lines.slice(-LINES_OF_FAILURE).join("\n")}`;
}

function serverArguments(port, { workspaceTrust = false }) {
  return [
    ...["--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--reconnection-grace-time", "1"],
    ...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"],
    ...(workspaceTrust ? [] : ["--disable-workspace-trust"]),
  ];
}

function profileArguments({ userData, extensions }) {
  const config = path.join(userData, "code-server.yaml");
  mkdirSync(userData, { recursive: true });
  // Without its own config file, code-server writes one into the user's home.
  if (!existsSync(config)) writeFileSync(config, "cert: false\n");
  return ["--user-data-dir", userData, "--extensions-dir", extensions, "--config", config];
}

function writeSettings({ userData, settings, machineSettings }) {
  for (const [folder, values] of Object.entries({ User: settings, Machine: machineSettings })) {
    if (!values) continue;
    mkdirSync(path.join(userData, folder), { recursive: true });
    writeFileSync(path.join(userData, folder, "settings.json"), JSON.stringify(values, null, 2));
  }
}

/** Removes VSCODE_ variables: a code-server started from a VS Code terminal would take that window for its own. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VSCODE_")));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function untilHealthy(url, child) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`${url}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  await stopGroup(child);
  throw new EnvironmentProblem("code-server did not start.", "See its output for the reason.");
}

function address(url, folder, file) {
  if (!folder) return `${url}/?ew=true`;
  const query = new URLSearchParams({ folder });
  if (file) {
    const uri = `vscode-remote://${new URL(url).host}${path.posix.resolve(folder, file)}`;
    query.set("payload", JSON.stringify([["openFile", uri]]));
  }
  return `${url}/?${query}`;
}

/** Terminates code-server and every process that it started, and no others. */
async function stopGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  process.kill(-child.pid, "SIGTERM");
  await ended;
}
