/**
 * Creates a place's Python environment. Hides the steps, how each can fail, and that two processes may start at the
 * same time. A new run resumes an interrupted one: pip skips packages that are already installed.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isolateScript } from "./console_script.mjs";
import { diskFull, installationFailed, lacksEmbeddedModel } from "./failures.mjs";
import { acquireLock } from "./lock.mjs";
import { lockedRequirement, requireHashes } from "./locked_packages.mjs";
import { EnvironmentProblem } from "./problem.mjs";
import { capture } from "./processes.mjs";
import { findPython, versionOf } from "./python.mjs";
import { fitsPlace, isReady, readStamp, writeStamp } from "./stamp.mjs";
import { hasNvidiaGpu, lockedVersion, torchAttempts } from "./torch.mjs";

const GIGABYTE = 1e9;
const NEEDED_BYTES = 2.5 * GIGABYTE;
/** torch for NVIDIA GPUs includes the CUDA libraries. */
const NEEDED_BYTES_WITH_CUDA = 8 * GIGABYTE;

/**
 * @typedef {import("./places.mjs").Place} Place
 *
 * @typedef {object} Report shows the user the progress of an installation
 * @property {(step: {number: number, of: number, title: string, from: number, to: number}) => void} step a step begins;
 *   `from`, `to`: the overall progress before and after it, 0 to 1
 * @property {(message: string) => void} note shows a message to the user
 * @property {(message: string) => () => void} wait shows that work is blocked until the returned function is called
 * @property {string[]} pipOptions options that select how pip reports its progress
 * @property {(command: string, args: string[], keepsOpen?: import("node:stream").Writable) =>
 *   Promise<{ok: boolean, lines: string[]}>} run runs pip or uv; resolves to its output without noise
 *
 * @typedef {{place: Place, report: Report, interpreter: import("./python.mjs").Interpreter,
 *   lock: import("./lock.mjs").Lock}} Work
 */

/**
 * @param {Place} place
 * @param {import("./python.mjs").Candidate[]} candidates the Pythons to create it from, in order of preference
 * @param {Report} report
 * @returns {Promise<string>} the environment's Python
 * @throws {EnvironmentProblem} when it cannot be created
 */
export async function ensureEnvironmentAt(place, candidates, report) {
  if (isReady(place)) return place.python;
  const interpreter = findPython({ chosen: place.interpreter, candidates, wording: place.wording });
  const lock = await lockPlace(interpreter, place, report);
  try {
    // The previous holder of the lock may have done the work meanwhile.
    if (!isReady(place)) await install({ place, report, interpreter, lock });
  } finally {
    await lock.release();
  }
  return place.python;
}

async function lockPlace(interpreter, place, report) {
  let proceed = () => {};
  const onWaiting = () => {
    proceed = report.wait("another window or terminal is setting up the Python environment; waiting for it to finish");
  };
  return acquireLock(interpreter.executable, place, onWaiting).finally(() => proceed());
}

async function install(work) {
  const { place, report } = work;
  const before = readStamp(place);
  checkWheels(place);
  const extras = [...new Set([...(before?.extras ?? []), ...place.extras])].sort();
  const steps = stepsFor(place, before, extras);
  rmSync(place.stamp, { force: true });
  const total = steps.reduce((sum, { share }) => sum + share, 0);
  let done = 0;
  for (const [index, { title, share, run }] of steps.entries()) {
    report.step({ number: index + 1, of: steps.length, title, from: done / total, to: (done + share) / total });
    await run(work);
    done += share;
  }
  writeStamp(place, extras);
}

/** Returns the steps that are needed. `share` is the step's approximate duration in seconds. */
function stepsFor(place, before, extras) {
  const mayKeep = fitsPlace(before, place);
  const last = { title: "Sourcewise and its packages", share: 60, run: (work) => installPackage(work, extras) };
  if (place.isPerLock && before && mayKeep && works(place)) return [last];
  return [
    { title: "Python environment", share: 5, run: (work) => makeFolder(work, mayKeep) },
    { title: "pip and build tools", share: 5, run: installTools },
    { title: "torch", share: 50, run: installTorch },
    last,
  ];
}

async function makeFolder({ place, report, interpreter }, mayKeep) {
  if (mayKeep && works(place)) return report.note("keeping the existing environment");
  rmSync(place.folder, { recursive: true, force: true });
  checkSpace(place);
  report.note(`creating ${place.folder} with Python ${versionOf(interpreter)} (${interpreter.executable})`);
  const { ok, lines } = await report.run(interpreter.executable, ["-m", "venv", place.folder]);
  if (ok && works(place)) return;
  throw new EnvironmentProblem(
    "Python could not create a virtual environment.",
    `Set ${place.wording.setting} to a Python other than ${interpreter.executable}, then ${place.wording.again}.`,
    lines,
  );
}

async function installTools(work) {
  let result = await installPip(work);
  if (result.ok && work.place.tools.length) result = await pipHashed(work, work.place.tools);
  if (!result.ok) throw installationFailed("pip and build tools", result.lines, work.place);
}

/**
 * Installs the locked pip. A Python's own pip may be too old to read hashes from constraints, or to report progress in
 * the way that the later steps expect.
 */
function installPip(work) {
  const { constraints, folder } = work.place;
  const requirement = path.join(folder, "pip-requirement.txt");
  writeFileSync(requirement, lockedRequirement(readFileSync(constraints, "utf8"), "pip"));
  return pip(work, ["--require-hashes", "--no-deps", "--requirement", requirement], []);
}

async function installTorch(work) {
  const { place, report } = work;
  const version = lockedVersion(readFileSync(place.constraints, "utf8"), "torch");
  const machine = { platform: process.platform, hasNvidiaGpu: hasNvidiaGpu(), offline: place.wheels !== null, version };
  const lines = [];
  for (const attempt of torchAttempts(machine)) {
    if (attempt.warning) report.note(attempt.warning);
    const result = await tryTorch(work, attempt);
    if (result.ok) return;
    lines.push(...result.lines);
  }
  throw installationFailed("torch", lines, place);
}

/** Installs a build without a locked hash without its dependencies; the next step installs those with locked hashes. */
function tryTorch(work, { installer, requirement, isHashed }) {
  if (isHashed) return pipHashed(work, [requirement]);
  return (installer === "uv" ? uv : pip)(work, ["--no-deps", requirement]);
}

async function installPackage(work, extras) {
  const { place, report } = work;
  let result = await pipEach(work, place.installs(extras));
  if (!result.ok && lacksEmbeddedModel(result.lines.join("\n"))) {
    report.note("llama.cpp has no build for this machine; continuing without it, so answers will require Ollama");
    result = await pipEach(work, place.installs(extras.filter((extra) => extra !== "embedded")));
  }
  if (!result.ok) throw installationFailed("Sourcewise", result.lines, place);
  isolateScript(place.script);
}

async function pipEach(work, calls) {
  let result;
  for (const args of calls) {
    result = await pip(work, args);
    if (!result.ok) break;
  }
  return result;
}

function pipHashed(work, requirements) {
  return pip(work, [...requireHashes(work.place.constraints), ...requirements]);
}

/** Installs wheels only: a package that would need compiling fails at once, with its name, not minutes into a build. */
function pip({ place, report, lock }, args, progress = report.pipOptions) {
  const options = ["--only-binary", ":all:", "--log", place.log, ...progress];
  const source = place.wheels ? ["--no-index", "--find-links", place.wheels] : [];
  return report.run(place.python, ["-m", "pip", "install", ...options, ...source, ...args], lock.pipe);
}

async function uv(work, args) {
  const { place, report, lock } = work;
  const installed = await pipHashed(work, ["uv"]);
  if (!installed.ok) return installed;
  // uv would read a uv.toml in the current folder.
  const elsewhere = ["--directory", place.folder];
  const options = ["--python", place.python, "--torch-backend", "cpu"];
  return report.run(place.python, ["-m", "uv", ...elsewhere, "pip", "install", ...options, ...args], lock.pipe);
}

function works(place) {
  return capture(place.python, ["-m", "pip", "--version"]).status === 0;
}

function checkWheels({ wheels, wording }) {
  if (wheels === null || existsSync(wheels)) return;
  throw new EnvironmentProblem(
    `The folder of wheels does not exist: ${wheels}`,
    `Correct sourcewise.python.wheels, or clear it to use the network; then ${wording.again}.`,
  );
}

function checkSpace(place) {
  const parent = path.dirname(place.folder);
  mkdirSync(parent, { recursive: true });
  const { bavail, bsize } = statfsSync(parent);
  const needed = process.platform === "linux" && hasNvidiaGpu() ? NEEDED_BYTES_WITH_CUDA : NEEDED_BYTES;
  if (bavail * bsize >= needed) return;
  const free = ((bavail * bsize) / GIGABYTE).toFixed(1);
  throw diskFull(`The Python environment needs about ${needed / GIGABYTE} GB; only ${free} GB is free.`, place);
}
