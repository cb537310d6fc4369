/**
 * Where the Python may come from that the extension's own environment is made of. The order, first fit wins:
 *
 *   1. the setting `sourcewise.python.interpreter` (when set, nothing else is tried)
 *   2. the environment that is active in the Python Environments extension
 *   3. the interpreter that is active in the Python extension
 *   4. python3.13, python3.12, python3.11, python3, python on the PATH; `py -3` on Windows
 *   5. uv on the PATH, which finds a Python or downloads one
 *
 * Each only lends its standard library: what is installed goes into an environment of our own. Which of them is fit
 * (3.11 to 3.14, able to make environments) is found out by asking it, in the installer's process.
 */
import path from "node:path";
import { type Candidate, namedPythons, pythonAt, pythonOfUv } from "../../server/installer/python.mjs";

/** The interpreters that other extensions name; undefined where there is none. */
export interface ActiveInterpreters {
  readonly environmentsExtension: string | undefined;
  readonly pythonExtension: string | undefined;
}

/** What to try when the setting is empty, in order. */
export function interpreterCandidates(active: ActiveInterpreters, platform: string): Candidate[] {
  const named = [active.environmentsExtension, active.pythonExtension].filter((each) => each !== undefined);
  return [...[...new Set(named)].map(pythonAt), ...namedPythons(platform), pythonOfUv()];
}

/** A path as a user writes it, with `~` for their home; null for none. */
export function pathFromSetting(setting: unknown, home: string): string | null {
  const written = typeof setting === "string" ? setting.trim() : "";
  if (written === "") return null;
  return /^~(?=$|[\\/])/.test(written) ? path.join(home, written.slice(1)) : written;
}
