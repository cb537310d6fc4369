/**
 * Decides how torch is installed. Hides that on Linux its ordinary build brings gigabytes of CUDA libraries, which a
 * machine without an NVIDIA GPU has no use for.
 */
import { capture } from "./processes.mjs";

/**
 * @typedef {{installer: "pip" | "uv", requirement: string, isHashed: boolean, warning?: string}} TorchAttempt
 *   `isHashed`: whether the lock has the hashes of this build. It has those of PyPI's builds only. The CPU builds for
 *   Linux are published elsewhere, so these are pinned by version alone.
 */

/**
 * @param {object} machine
 * @param {string} machine.platform as `process.platform`
 * @param {boolean} machine.hasNvidiaGpu
 * @param {boolean} machine.offline whether packages come from a folder of wheels alone
 * @param {string} machine.version the locked release of torch
 * @returns {TorchAttempt[]} in order; the first that succeeds is enough
 */
export function torchAttempts({ platform, hasNvidiaGpu, offline, version }) {
  const plain = { installer: "pip", requirement: `torch==${version}`, isHashed: true };
  if (platform !== "linux" || hasNvidiaGpu) return [plain];
  // Fails within seconds unless pip is configured to find CPU builds.
  const cpu = { installer: "pip", requirement: `torch==${version}+cpu`, isHashed: false };
  if (offline) return [cpu, plain];
  return [
    cpu,
    // uv knows where the CPU builds are published.
    { installer: "uv", requirement: `torch==${version}`, isHashed: false },
    { ...plain, warning: "No CPU build of torch was found: downloading the build for NVIDIA GPUs, about 3 GB." },
  ];
}

export function hasNvidiaGpu() {
  const { status, stdout } = capture("nvidia-smi", ["-L"]);
  return status === 0 && stdout.includes("GPU");
}

/**
 * @param {string} constraints the text of the lock
 * @param {string} name a package
 * @returns {string} its locked version
 */
export function lockedVersion(constraints, name) {
  const line = constraints.split("\n").find((each) => each.startsWith(`${name}==`));
  if (!line) throw new Error(`server/constraints.txt does not lock ${name}; refresh it with: npm run lock`);
  return line.slice(name.length + 2).split(/[\s;]/)[0];
}
