/**
 * Finds programs and sanitizes the environment variables that they inherit. An empty or relative PATH entry refers to
 * the current folder, which may be a hostile repository, and Windows searches that folder even without such an entry.
 * So this module searches only absolute entries, and programs are started by their full path.
 */
import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** The programs that Windows can start without a shell. */
const EXECUTABLE = [".com", ".exe"];

/** Python's own variables, and the one that macOS sets to name the virtual environment of a Python. */
const PYTHON_VARIABLE = /^(PYTHON|__PYVENV_LAUNCHER__$)/i;

/**
 * @typedef {Record<string, string | undefined>} Variables
 * @typedef {{variables?: Variables, platform?: string, extensions?: string[]}} Machine `extensions`: file extensions of
 *   programs on Windows, in the order to try them
 */

/**
 * @param {string} name of a program, or a path to it
 * @param {Machine} [machine]
 * @returns {string | undefined} its full path; undefined when it is not found
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
 * @returns {Variables} the same variables, without relative entries in PATH. PATH is removed when no entry is left,
 *   because an empty one means the current folder.
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
 * @returns {Variables} the variables for our own Python: an absolute PATH, and none of the variables that configure the
 *   user's Python
 */
export function pythonVariables(variables, platform = process.platform) {
  const entries = Object.entries(withAbsolutePath(variables, platform));
  return Object.fromEntries(entries.filter(([name]) => !PYTHON_VARIABLE.test(name)));
}

function absoluteEntries(variables, platform) {
  const name = Object.keys(variables).find((each) => isPath(each, platform));
  const entries = (variables[name] ?? "").split(delimiterOf(platform));
  if (platform !== "win32") return entries.filter((entry) => path.posix.isAbsolute(entry));
  // `\tools` is relative too: it depends on the current drive.
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
