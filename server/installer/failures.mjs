/** Says why an installation failed. Hides how pip words the few causes that the user can do something about. */
import { EnvironmentProblem } from "./problem.mjs";

const NO_SPACE = /No space left on device|\[Errno 28\]|not enough space on the disk|disk quota exceeded/i;

const NO_NETWORK = new RegExp(
  [
    "(?:NewConnection|NameResolution|ConnectTimeout|ReadTimeout|Proxy|SSL|Connection(?:Reset|Aborted|Refused)?)Error",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "error sending request",
  ].join("|"),
);

/** pip names the package on the next line. */
const WRONG_HASH = /DO NOT MATCH THE HASHES[^]*?^\s+([\w.-]+)/m;

/** pip's two complaints about a package that the lock lacks: no hash, or no version. */
const NOT_LOCKED = /(?:Hashes are required|requirements must have their versions pinned)[^]*?^\s+([\w.-]+)/m;

/**
 * @param {string} what was to be installed
 * @param {string[]} output of pip or uv, all of it
 * @param {Pick<import("./places.mjs").Place, "log" | "wheels" | "folder" | "wording">} place
 * @returns {EnvironmentProblem}
 */
export function installationFailed(what, output, place) {
  const { message, hint } = causeOf(what, output.join("\n"), place);
  return new EnvironmentProblem(message, hint, output.slice(-12));
}

/**
 * @param {string} output of pip
 * @returns {boolean} whether it is only that llama.cpp has no wheel for this machine, which Sourcewise can do without
 */
export function lacksEmbeddedModel(output) {
  // The second wording is for a package that the lock names too.
  return /No matching distribution found for xllamacpp|no matching distributions available[^]*^\s*xllamacpp$/m.test(
    output,
  );
}

/** The sentence for a disk that is too full, whether seen before or in the middle. */
export function diskFull(sentence, { folder, wording }) {
  return new EnvironmentProblem(sentence, `Make room on the disk of ${folder}, then ${wording.again}.`);
}

function causeOf(what, output, place) {
  const { log, wheels, wording } = place;
  const resume = `${wording.again}: it goes on where it stopped`;
  if (NO_SPACE.test(output)) return diskFull(`Installing ${what} failed: the disk is full.`, place);
  const suspect = WRONG_HASH.exec(output);
  if (suspect) return wrongHash(suspect[1], place);
  const unlocked = NOT_LOCKED.exec(output);
  if (unlocked)
    return {
      message: `Installing ${what} failed: the lock has no checksum for ${unlocked[1]}; nothing was installed without one.`,
      hint: `Refresh server/constraints.txt (npm run lock), or install Sourcewise anew. Full log: ${log}`,
    };
  if (wheels)
    return {
      message: `Installing ${what} failed: the folder of wheels lacks something.`,
      hint: `See the log for what is missing in ${wheels}, add it, then ${resume}. Full log: ${log}`,
    };
  if (NO_NETWORK.test(output))
    return {
      message: `Installing ${what} failed: the package index cannot be reached.`,
      hint: `Check the network and the proxy, then ${resume}. ${wording.offline}Full log: ${log}`,
    };
  const hint = `See the log for pip's reason, then ${resume}. Full log: ${log}`;
  return { message: `Installing ${what} failed.`, hint };
}

function wrongHash(name, { log, wheels, wording }) {
  const source = wheels ? `Replace its file in ${wheels}` : "Check the network, the proxy and pip's package index";
  return {
    message: `The download of ${name} did not match its checksum; nothing was installed from it.`,
    hint: `The file is damaged or was changed. ${source}, then ${wording.again}. Full log: ${log}`,
  };
}
