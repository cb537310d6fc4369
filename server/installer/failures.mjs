/** Explains why an installation failed. Hides how pip words the few causes that the user can fix. */
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

/** Captures the package, which pip names on the next line. */
const WRONG_HASH = /DO NOT MATCH THE HASHES[^]*?^\s+([\w.-]+)/m;

/** pip's two errors for a package that is not in the lock: it has no hash, or no version. */
const NOT_LOCKED = /(?:Hashes are required|requirements must have their versions pinned)[^]*?^\s+([\w.-]+)/m;

/**
 * @param {string} subject what pip or uv was installing
 * @param {string[]} output the complete output of pip or uv
 * @param {Pick<import("./places.mjs").Place, "log" | "wheels" | "folder" | "wording">} place
 * @returns {EnvironmentProblem}
 */
export function installationFailed(subject, output, place) {
  const { message, hint } = causeOf(subject, output.join("\n"), place);
  return new EnvironmentProblem(message, hint, output.slice(-12));
}

/**
 * @param {string} output the output of pip
 * @returns {boolean} whether pip failed only because llama.cpp, which is optional, has no wheel for this machine
 */
export function lacksEmbeddedModel(output) {
  // pip uses the second wording for a package that is also in the lock.
  return /No matching distribution found for xllamacpp|no matching distributions available[^]*^\s*xllamacpp$/m.test(
    output,
  );
}

/** Returns the problem for a full disk, found before or during the installation. */
export function diskFull(sentence, { folder, wording }) {
  return new EnvironmentProblem(sentence, `Free up space on the disk that contains ${folder}, then ${wording.again}.`);
}

function causeOf(subject, output, place) {
  const { log, wheels, wording } = place;
  const resume = `${wording.again}: it continues where it stopped`;
  if (NO_SPACE.test(output)) return diskFull(`Could not install ${subject}: the disk is full.`, place);
  const suspect = WRONG_HASH.exec(output);
  if (suspect) return wrongHash(suspect[1], place);
  const unlocked = NOT_LOCKED.exec(output);
  if (unlocked)
    return {
      message: `Could not install ${subject}: the lock has no checksum for ${unlocked[1]}, so it was not installed.`,
      hint: `Regenerate server/constraints.txt (npm run lock), or reinstall Sourcewise. Full log: ${log}`,
    };
  if (wheels)
    return {
      message: `Could not install ${subject}: a package is missing from the folder of wheels.`,
      hint: `The log names the package. Add it to ${wheels}, then ${resume}. Full log: ${log}`,
    };
  if (NO_NETWORK.test(output))
    return {
      message: `Could not install ${subject}: the package index cannot be reached.`,
      hint: `Check the network and the proxy, then ${resume}. ${wording.offline}Full log: ${log}`,
    };
  const hint = `See pip's error in the log, then ${resume}. Full log: ${log}`;
  return { message: `Could not install ${subject}.`, hint };
}

function wrongHash(name, { log, wheels, wording }) {
  const source = wheels ? `Replace it in ${wheels}` : "Check the network, the proxy and pip's package index";
  return {
    message: `The download of ${name} failed its checksum and was not installed.`,
    hint: `The file is damaged or was modified. ${source}, then ${wording.again}. Full log: ${log}`,
  };
}
