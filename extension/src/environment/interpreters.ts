/**
 * Where the Python may come from that the extension's own environment is made of. The order, first fit wins:
 *
 *   1. the setting `sourcewise.python.interpreter` (when set, nothing else is tried)
 *   2. the environment that is active in the Python Environments extension, unless it is in the workspace
 *   3. the interpreter that is active in the Python extension, unless it is in the workspace
 *   4. python3.13, python3.12, python3.11, python3, python on the PATH; `py -3` on Windows
 *   5. uv on the PATH, which finds a Python or downloads one
 *
 * Each only lends its standard library: what is installed goes into an environment of our own. Which of them is fit
 * (3.11 to 3.14, able to make environments) is found out by asking it, in the installer's process.
 */
import { readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { type Candidate, namedPythons, pythonAt, pythonOfUv } from "../../../server/installer/python.mjs";
import { isInside } from "../places/bounds";

/** More links than systems follow. */
const MOST_LINKS = 40;

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

/**
 * Those that are named by a full path and are not in the workspace. A cloned repository may carry an environment and have it selected; to ask such a
 * Python what it is would be to run it.
 *
 * @param folders of the workspace
 * @param onRefused is called with each path that is left out
 */
export function outsideOf(
  active: ActiveInterpreters,
  folders: readonly string[],
  onRefused: (interpreter: string) => void,
): ActiveInterpreters {
  const mayTake = (interpreter: string | undefined): string | undefined => {
    if (interpreter === undefined) return undefined;
    if (path.isAbsolute(interpreter) && !isOfFolders(interpreter, folders)) return interpreter;
    onRefused(interpreter);
    return undefined;
  };
  return {
    environmentsExtension: mayTake(active.environmentsExtension),
    pythonExtension: mayTake(active.pythonExtension),
  };
}

/** Whether the file or any link on the way to it is in a folder: a Python reads the files beside each. */
function isOfFolders(file: string, folders: readonly string[]): boolean {
  const all = folders.flatMap((folder) => [folder, resolved(folder)]).map(comparable);
  return [file, ...wayTo(file)].some((place) => isInside(comparable(place), all));
}

/** The places that a path leads through, each in its real folder; the last is no link. */
function wayTo(file: string): string[] {
  const places: string[] = [];
  for (let next: string | undefined = file; next !== undefined && places.length < MOST_LINKS; ) {
    const place = path.join(resolved(path.dirname(next)), path.basename(next));
    places.push(place);
    next = targetOf(place);
  }
  return places;
}

function targetOf(place: string): string | undefined {
  try {
    return path.resolve(path.dirname(place), readlinkSync(place));
  } catch {
    return undefined; // It is no link, or nothing is there.
  }
}

function resolved(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder; // It cannot be entered, so nothing in it can be run.
  }
}

/** Most disks of macOS and Windows do not distinguish case. */
function comparable(file: string): string {
  return process.platform === "linux" ? file : file.toLowerCase();
}

/** A path as a user writes it, with `~` for their home; null for none. */
export function pathFromSetting(setting: unknown, home: string): string | null {
  const written = typeof setting === "string" ? setting.trim() : "";
  if (written === "") return null;
  return /^~(?=$|[\\/])/.test(written) ? path.join(home, written.slice(1)) : written;
}
