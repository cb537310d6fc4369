/**
 * Finds other programs, and cleans the environment variables that they get. An empty or relative entry of PATH means the
 * current folder, which may be a hostile repository, and Windows looks there even without one. So programs are found
 * here, in the absolute entries alone, and started by their full path.
 */
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** What Windows starts without a shell. */
const EXECUTABLE = [".com", ".exe"];

/** Python's own variables, and the one that macOS sets to name the virtual environment a Python belongs to. */
const STEERS_PYTHON = /^(PYTHON|__PYVENV_LAUNCHER__$)/i;

/**
 * @typedef {Record<string, string | undefined>} Variables
 * @typedef {{variables?: Variables, platform?: string, extensions?: string[]}} Machine `extensions`: those of programs
 *   on Windows, in the order to try them
 */

/**
 * @param {string} name of a program, or a path to it
 * @param {Machine} [machine]
 * @returns {string | undefined} its full path; undefined when there is none
 */
export function findProgram(
  name,
  { variables = process.env, platform = process.platform, extensions = EXECUTABLE } = {},
) {
  if (/[\\/]/.test(name)) return path.resolve(name);
  const names = platform === "win32" && path.extname(name) === "" ? extensions.map((each) => name + each) : [name];
  const places = absoluteEntries(variables, platform).flatMap((folder) => names.map((each) => path.join(folder, each)));
  return places.find((place) => isProgram(place, platform));
}

/**
 * @param {Variables} variables
 * @param {string} [platform]
 * @returns {Variables} the same, with a PATH that has no relative entries; without PATH where no other is left, for an
 *   empty one means the current folder
 */
export function withAbsolutePath(variables, platform = process.platform) {
  const kept = Object.entries(variables).filter(([name]) => !isPath(name, platform));
  const entries = absoluteEntries(variables, platform);
  if (entries.length === 0) return Object.fromEntries(kept);
  const name = Object.keys(variables).find((each) => isPath(each, platform));
  return { ...Object.fromEntries(kept), [name]: entries.join(delimiterOf(platform)) };
}

/**
 * @param {Variables} variables
 * @param {string} [platform]
 * @returns {Variables} for a Python of ours: with a PATH as above, and none of those by which a user's shell steers another
 */
export function pythonVariables(variables, platform = process.platform) {
  const entries = Object.entries(withAbsolutePath(variables, platform));
  return Object.fromEntries(entries.filter(([name]) => !STEERS_PYTHON.test(name)));
}

function absoluteEntries(variables, platform) {
  const name = Object.keys(variables).find((each) => isPath(each, platform));
  const entries = (variables[name] ?? "").split(delimiterOf(platform));
  if (platform !== "win32") return entries.filter((entry) => path.posix.isAbsolute(entry));
  // `\tools` is relative too: it is on the current drive.
  return entries.map((entry) => entry.replaceAll('"', "")).filter((entry) => /^([a-z]:[\\/]|\\\\)/i.test(entry));
}

function isPath(name, platform) {
  return platform === "win32" ? name.toUpperCase() === "PATH" : name === "PATH";
}

function delimiterOf(platform) {
  return platform === "win32" ? ";" : ":";
}

function isProgram(place, platform) {
  try {
    if (platform !== "win32") accessSync(place, constants.X_OK);
    return statSync(place).isFile();
  } catch {
    return false;
  }
}
