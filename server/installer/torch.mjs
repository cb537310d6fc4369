/**
 * Decides how to install torch. Hides that the default build on Linux includes gigabytes of CUDA libraries, which are
 * useless without an NVIDIA GPU.
 */
import { capture } from "./processes.mjs";

/**
 * @typedef {{installer: "pip" | "uv", requirement: string, isHashed: boolean, warning?: string}} TorchAttempt
 *   `isHashed`: whether the lock has hashes for this build. It has them only for the builds on PyPI. The CPU builds for
 *   Linux are published elsewhere, so they are pinned by version only.
 */

/**
 * @param {object} machine
 * @param {string} machine.platform as `process.platform`
 * @param {boolean} machine.hasNvidiaGpu
 * @param {boolean} machine.offline whether packages are installed only from a folder of wheels
 * @param {string} machine.version the locked version of torch
 * @returns {TorchAttempt[]} the attempts to make, in order, until one succeeds
 */
export function torchAttempts({ platform, hasNvidiaGpu, offline, version }) {
  const plain = { installer: "pip", requirement: `torch==${version}`, isHashed: true };
  if (platform !== "linux" || hasNvidiaGpu) return [plain];
  // This fails within seconds unless pip is configured to find CPU builds.
  const cpu = { installer: "pip", requirement: `torch==${version}+cpu`, isHashed: false };
  if (offline) return [cpu, plain];
  return [
    cpu,
    // uv knows where the CPU builds are published.
    { installer: "uv", requirement: `torch==${version}`, isHashed: false },
    { ...plain, warning: "no CPU build of torch was found; downloading the build for NVIDIA GPUs (about 3 GB)" },
  ];
}

export function hasNvidiaGpu() {
  const { status, stdout } = capture("nvidia-smi", ["-L"]);
  return status === 0 && stdout.includes("GPU");
}

/**
 * @param {string} constraints the text of the lock
 * @param {string} name the name of a package
 * @returns {string} the locked version of the package
 */
export function lockedVersion(constraints, name) {
  const line = constraints.split("\n").find((each) => each.startsWith(`${name}==`));
  if (!line) throw new Error(`server/constraints.txt does not lock ${name}; regenerate it with: npm run lock`);
  return line.slice(name.length + 2).split(/[\s;]/)[0];
}
