/**
 * Makes the Python environment in `.venv`, once. Hides its stages, how each may fail, and that two processes may want
 * it at the same time. A run that was cut short is carried on by the next: pip skips what is there.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { EnvironmentProblem } from "./problem.mjs";
import { capture, forEachLine } from "./processes.mjs";
import { say, showProgress, startHeartbeat } from "./progress.mjs";
import { findPython, versionOf } from "./python.mjs";
import { fingerprintOf, fitsPlace, isFresh, layoutOf, readStamp, writeStamp } from "./stamp.mjs";
import { hasNvidiaGpu, lockedVersion, torchAttempts } from "./torch.mjs";

const TOOLS = ["pip", "hatchling", "editables"];
const STAGES = 4;

/**
 * @param {string} root of the repository
 * @param {string[]} extras of pyproject.toml that are needed
 * @returns {Promise<string>} the environment's Python
 * @throws {EnvironmentProblem} when it cannot be made
 */
export async function ensureEnvironment(root, extras) {
  const layout = layoutOf(root, process.platform);
  const wanted = { root, extras, interpreter: process.env.SOURCEWISE_PYTHON || null };
  if (isFreshNow(layout, wanted)) return layout.python;

  const interpreter = findPython(process.env, process.platform);
  const release = await lock(interpreter.executable, layout);
  try {
    // Whoever held the lock may have done the work meanwhile.
    if (!isFreshNow(layout, wanted)) await install(interpreter, layout, wanted);
  } finally {
    await release();
  }
  return layout.python;
}

/**
 * @param {string} log the text of pip's complaint
 * @returns {boolean} whether it is only that llama.cpp has no wheel for this machine, which Sourcewise can do without
 */
export function lacksEmbeddedModel(log) {
  // The second wording is for a package that the lock names too.
  return /No matching distribution found for xllamacpp|no matching distributions available[^]*^\s*xllamacpp$/m.test(
    log,
  );
}

function isFreshNow(layout, wanted) {
  return isFresh(readStamp(layout), { ...wanted, fingerprint: fingerprintOf(layout) });
}

async function install(interpreter, layout, wanted) {
  const started = Date.now();
  const before = readStamp(layout);
  const extras = [...new Set([...(before?.extras ?? []), ...wanted.extras])].sort();
  say("preparing the Python environment (the first time takes a few minutes)");
  await makeFolder(interpreter, layout, fitsPlace(before, wanted));
  rmSync(layout.stamp, { force: true });
  await installTools(layout);
  await installTorch(layout);
  await installPackage(layout, extras);
  writeStamp(layout, {
    fingerprint: fingerprintOf(layout),
    root: wanted.root,
    extras,
    interpreter: wanted.interpreter,
  });
  say(`ready after ${Math.round((Date.now() - started) / 1000)} s`);
}

async function makeFolder(interpreter, layout, mayKeep) {
  const works = () => capture(layout.python, ["-m", "pip", "--version"]).status === 0;
  if (mayKeep && works()) return stage(1, "keeping the environment that is there (.venv)");
  stage(1, `making .venv with Python ${versionOf(interpreter)}`);
  rmSync(layout.folder, { recursive: true, force: true });
  const { ok, lines } = await showProgress(interpreter.executable, ["-m", "venv", layout.folder]);
  if (ok && works()) return;
  throw new EnvironmentProblem(
    withLines("Python could not make an environment.", lines),
    `Look into the message above, or set SOURCEWISE_PYTHON to another Python than ${interpreter.executable}.`,
  );
}

async function installTools(layout) {
  stage(2, "build tools");
  const result = await pip(layout, TOOLS);
  if (!result.ok) throw installationFailed(layout, "the build tools", result.lines);
}

async function installTorch(layout) {
  stage(3, "torch");
  const version = lockedVersion(readFileSync(constraintsOf(layout), "utf8"), "torch");
  let result;
  for (const attempt of torchAttempts({ platform: process.platform, hasNvidiaGpu: hasNvidiaGpu(), version })) {
    if (attempt.warning) say(attempt.warning);
    result = await (attempt.installer === "uv" ? uv : pip)(layout, [attempt.requirement]);
    if (result.ok) return;
  }
  throw installationFailed(layout, "torch", result.lines);
}

async function installPackage(layout, extras) {
  stage(4, `Sourcewise and what it needs [${extras.join(", ")}]`);
  const editable = (names) => pip(layout, ["--no-build-isolation", "--editable", `${layout.root}[${names.join(",")}]`]);
  let result = await editable(extras);
  if (!result.ok && lacksEmbeddedModel(result.lines.join("\n"))) {
    say("llama.cpp has no build for this machine: going on without it, answers will need Ollama");
    result = await editable(extras.filter((extra) => extra !== "embedded"));
  }
  if (!result.ok) throw installationFailed(layout, "Sourcewise", result.lines);
}

/** Wheels alone: what would have to be compiled fails at once, with its name, not after minutes in a compiler. */
function pip(layout, args) {
  const options = ["--only-binary", ":all:", "--constraint", constraintsOf(layout), "--log", layout.log];
  return showProgress(layout.python, ["-m", "pip", "install", ...options, ...args]);
}

async function uv(layout, args) {
  const installed = await pip(layout, ["uv"]);
  if (!installed.ok) return installed;
  const options = ["--python", layout.python, "--torch-backend", "cpu", "--constraint", constraintsOf(layout)];
  return showProgress(layout.python, ["-m", "uv", "pip", "install", ...options, ...args]);
}

function constraintsOf(layout) {
  return path.join(layout.root, "server", "constraints.txt");
}

function stage(number, title) {
  say(`${number}/${STAGES} ${title}`);
}

function installationFailed(layout, what, lines) {
  return new EnvironmentProblem(
    withLines(`Installing ${what} failed.`, lines),
    "Check the network and the space on the disk, then run this again: it goes on where it stopped. " +
      `Full log: ${layout.log}`,
  );
}

function withLines(sentence, lines) {
  return [sentence, ...lines.map((line) => `  | ${line}`)].join("\n");
}

/** Resolves, once this process alone may change the environment, to what gives the lock back. */
async function lock(python, layout) {
  const script = path.join(layout.root, "server", "hold_lock.py");
  const holder = spawn(python, ["-I", script, layout.lock], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(holder, "exit");
  await untilHeld(holder);
  return async () => {
    holder.stdin.end();
    await ended;
  };
}

function untilHeld(holder) {
  const waiting = "another process is preparing the environment; waiting for it";
  let stop = () => {};
  return new Promise((resolve, reject) => {
    holder.on("error", reject);
    holder.on("exit", (code) => reject(new Error(`the lock's holder ended with exit code ${code}`)));
    forEachLine(holder.stdout, (state) => {
      if (state === "held") return resolve();
      say(waiting);
      stop = startHeartbeat(() => waiting);
    });
  }).finally(() => stop());
}
