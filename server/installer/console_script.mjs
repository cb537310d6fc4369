/**
 * Isolates the installed program `sourcewise` from the folder that it is started in. pip starts it with a plain Python,
 * and if PYTHONPATH has an empty entry, that Python imports modules from the current folder before our first line runs.
 * The current folder may be a stranger's repository.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** -E ignores PYTHONPATH and the like, -P keeps the current folder off the path. Linux passes on one argument only. */
const ISOLATED = "-EP";

/** The two ways in which pip starts a script. It uses a shell where Python's path has a space or is too long. */
const STARTS = [/^(#!\S*python[\d.]*)(?=\r?\n)/, /^(#!\/bin\/sh\r?\n'''exec' (?:"[^"\n]*"|\S+))(?= "\$0")/];

/** @param {string} script path of the program; on Windows there is none, and nothing to do */
export function isolateScript(script) {
  if (!existsSync(script)) return;
  const text = readFileSync(script, "utf8");
  const isolated = STARTS.reduce((each, start) => each.replace(start, `$1 ${ISOLATED}`), text);
  if (isolated !== text) writeFileSync(script, isolated);
}
