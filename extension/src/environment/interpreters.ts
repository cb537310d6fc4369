/**
 * Finds candidate Python interpreters for creating the extension's own environment. The first suitable one wins:
 *
 *   1. the setting `sourcewise.python.interpreter` (when set, nothing else is tried)
 *   2. the environment that is active in the Python Environments extension, unless it is in the workspace
 *   3. the interpreter that is active in the Python extension, unless it is in the workspace
 *   4. python3.13, python3.12, python3.11, python3, python on the PATH; `py -3` on Windows
 *   5. uv on the PATH, which finds a Python or downloads one
 *
 * A candidate provides only its standard library; packages are installed into the extension's own environment. The
 * installer's process runs each candidate to check that it is suitable (3.11 to 3.14, able to create environments).
 */
import { readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { type Candidate, namedPythons, pythonAt, pythonOfUv } from "../../../server/installer/python.mjs";
import { isInside } from "../places/bounds";

/** More symbolic links than operating systems follow. */
const MAX_LINKS = 40;

/** The active interpreters of other extensions; undefined if there is none. */
export interface ActiveInterpreters {
  readonly environmentsExtension: string | undefined;
  readonly pythonExtension: string | undefined;
}

/** Returns the candidates to try, in order, if the setting is empty. */
export function interpreterCandidates(active: ActiveInterpreters, platform: string): Candidate[] {
  const named = [active.environmentsExtension, active.pythonExtension].filter((each) => each !== undefined);
  return [...[...new Set(named)].map(pythonAt), ...namedPythons(platform), pythonOfUv()];
}

/**
 * Drops interpreters that are inside the workspace or whose path is not absolute. A cloned repository may contain an
 * environment and select it; checking the version of such a Python would already run it.
 *
 * @param folders the workspace folders
 * @param onRefused called with each path that is dropped
 */
export function withoutWorkspaceInterpreters(
  active: ActiveInterpreters,
  folders: readonly string[],
  onRefused: (interpreter: string) => void,
): ActiveInterpreters {
  const accept = (interpreter: string | undefined): string | undefined => {
    if (interpreter === undefined) return undefined;
    if (path.isAbsolute(interpreter) && !isInFolders(interpreter, folders)) return interpreter;
    onRefused(interpreter);
    return undefined;
  };
  return {
    environmentsExtension: accept(active.environmentsExtension),
    pythonExtension: accept(active.pythonExtension),
  };
}

/** Whether the file or any link in its chain is in one of the folders. Python reads files next to each link. */
function isInFolders(file: string, folders: readonly string[]): boolean {
  const all = folders.flatMap((folder) => [folder, resolved(folder)]).map(normalized);
  return [file, ...linkChain(file)].some((place) => isInside(normalized(place), all));
}

/** Returns the paths in a chain of symbolic links, each with its folder resolved. The last path is not a link. */
function linkChain(file: string): string[] {
  const places: string[] = [];
  for (let next: string | undefined = file; next !== undefined && places.length < MAX_LINKS; ) {
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
    return undefined; // Not a link, or does not exist.
  }
}

function resolved(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder; // Not accessible, so nothing in it can be executed.
  }
}

/** Lowercases a path on macOS and Windows, whose file systems are usually case-insensitive. */
function normalized(file: string): string {
  return process.platform === "linux" ? file : file.toLowerCase();
}

/** Returns the path in a setting with `~` expanded to the home folder; null if the setting is empty. */
export function pathFromSetting(setting: unknown, home: string): string | null {
  const written = typeof setting === "string" ? setting.trim() : "";
  if (written === "") return null;
  return /^~(?=$|[\\/])/.test(written) ? path.join(home, written.slice(1)) : written;
}
