/**
 * Makes the Python environment of a place, once. Hides its steps, how each may fail, and that two processes may want it
 * at the same time. A run that was cut short is carried on by the next: pip skips what is there.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { isolateScript } from "./console_script.mjs";
import { diskFull, installationFailed, lacksEmbeddedModel } from "./failures.mjs";
import { acquireLock } from "./lock.mjs";
import { demandHashes, lockedRequirement } from "./locked_packages.mjs";
import { EnvironmentProblem } from "./problem.mjs";
import { capture } from "./processes.mjs";
import { findPython, versionOf } from "./python.mjs";
import { fitsPlace, isReady, readStamp, writeStamp } from "./stamp.mjs";
import { hasNvidiaGpu, lockedVersion, torchAttempts } from "./torch.mjs";

const GIGABYTE = 1e9;
const NEEDED_BYTES = 2.5 * GIGABYTE;
/** torch for NVIDIA GPUs brings CUDA's libraries. */
const NEEDED_BYTES_WITH_CUDA = 8 * GIGABYTE;

/**
 * @typedef {import("./places.mjs").Place} Place
 *
 * @typedef {object} Report tells the user of what goes on
 * @property {(step: {number: number, of: number, title: string, from: number, to: number}) => void} step one begins;
 *   `from`, `to`: how much of the whole is done before it and after it, 0 to 1
 * @property {(message: string) => void} note something the user may want to know
 * @property {(message: string) => () => void} wait work stands still until the returned function is called
 * @property {string[]} pipOptions how pip is to tell of its progress
 * @property {(command: string, args: string[], keepsOpen?: import("node:stream").Writable) =>
 *   Promise<{ok: boolean, lines: string[]}>} run runs pip or uv; gives all that it wrote, without noise
 *
 * @typedef {{place: Place, report: Report, interpreter: import("./python.mjs").Interpreter,
 *   lock: import("./lock.mjs").Lock}} Work
 */

/**
 * @param {Place} place
 * @param {import("./python.mjs").Candidate[]} candidates for the Python to make it from
 * @param {Report} report
 * @returns {Promise<string>} the environment's Python
 * @throws {EnvironmentProblem} when it cannot be made
 */
export async function ensureEnvironmentAt(place, candidates, report) {
  if (isReady(place)) return place.python;
  const interpreter = findPython({ chosen: place.interpreter, candidates, wording: place.wording });
  const lock = await lockPlace(interpreter, place, report);
  try {
    // Whoever held the lock may have done the work meanwhile.
    if (!isReady(place)) await install({ place, report, interpreter, lock });
  } finally {
    await lock.release();
  }
  return place.python;
}

async function lockPlace(interpreter, place, report) {
  let proceed = () => {};
  const onWaiting = () => {
    proceed = report.wait("another window or terminal is setting up the environment; waiting for it");
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

/** Each `share` is about the seconds that the step takes. */
function stepsFor(place, before, extras) {
  const mayKeep = fitsPlace(before, place);
  const last = { title: "Sourcewise and its packages", share: 60, run: (work) => installPackage(work, extras) };
  if (place.isOfOneLock && before && mayKeep && works(place)) return [last];
  return [
    { title: "Python environment", share: 5, run: (work) => makeFolder(work, mayKeep) },
    { title: "tools", share: 5, run: installTools },
    { title: "torch", share: 50, run: installTorch },
    last,
  ];
}

async function makeFolder({ place, report, interpreter }, mayKeep) {
  if (mayKeep && works(place)) return report.note("keeping the environment that is there");
  rmSync(place.folder, { recursive: true, force: true });
  checkSpace(place);
  report.note(`making ${place.folder} with Python ${versionOf(interpreter)} (${interpreter.executable})`);
  const { ok, lines } = await report.run(interpreter.executable, ["-m", "venv", place.folder]);
  if (ok && works(place)) return;
  throw new EnvironmentProblem(
    "Python could not make an environment.",
    `Set ${place.wording.setting} to another Python than ${interpreter.executable}, then ${place.wording.again}.`,
    lines,
  );
}

async function installTools(work) {
  let result = await installPip(work);
  if (result.ok && work.place.tools.length) result = await pipHashed(work, work.place.tools);
  if (!result.ok) throw installationFailed("the tools", result.lines, work.place);
}

/** A Python's own pip may be too old to find hashes among constraints, and to report progress as later steps do. */
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

/** A build without a locked hash goes in alone; the next step installs what it depends on, by the hashes of the lock. */
function tryTorch(work, { installer, requirement, isHashed }) {
  if (isHashed) return pipHashed(work, [requirement]);
  return (installer === "uv" ? uv : pip)(work, ["--no-deps", requirement]);
}

async function installPackage(work, extras) {
  const { place, report } = work;
  let result = await pipEach(work, place.installs(extras));
  if (!result.ok && lacksEmbeddedModel(result.lines.join("\n"))) {
    report.note("llama.cpp has no build for this machine: going on without it, answers will need Ollama");
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
  return pip(work, [...demandHashes(work.place.constraints), ...requirements]);
}

/** Wheels alone: what would have to be compiled fails at once, with its name, not after minutes in a compiler. */
function pip({ place, report, lock }, args, progress = report.pipOptions) {
  const options = ["--only-binary", ":all:", "--log", place.log, ...progress];
  const source = place.wheels ? ["--no-index", "--find-links", place.wheels] : [];
  return report.run(place.python, ["-m", "pip", "install", ...options, ...source, ...args], lock.pipe);
}

async function uv(work, args) {
  const { place, report, lock } = work;
  const installed = await pipHashed(work, ["uv"]);
  if (!installed.ok) return installed;
  // In the current folder, uv would obey a uv.toml.
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
    `There is no folder of wheels at ${wheels}.`,
    `Correct sourcewise.python.wheels, or empty it to use the network; then ${wording.again}.`,
  );
}

function checkSpace(place) {
  const parent = path.dirname(place.folder);
  mkdirSync(parent, { recursive: true });
  const { bavail, bsize } = statfsSync(parent);
  const needed = process.platform === "linux" && hasNvidiaGpu() ? NEEDED_BYTES_WITH_CUDA : NEEDED_BYTES;
  if (bavail * bsize >= needed) return;
  const free = ((bavail * bsize) / GIGABYTE).toFixed(1);
  throw diskFull(`The Python environment needs about ${needed / GIGABYTE} GB; only ${free} GB are free.`, place);
}
