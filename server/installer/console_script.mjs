/**
 * Isolates the installed program `sourcewise` from the folder that it is started in. pip's script starts plain Python,
 * and if PYTHONPATH has an empty entry, Python imports modules from the current folder before our first line runs.
 * The current folder may be an untrusted repository.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * -E ignores PYTHONPATH and the like; -P keeps the current folder off sys.path. They are one argument because Linux
 * passes only one argument from a `#!` line.
 */
const ISOLATED = "-EP";

/** The two script headers that pip writes. It uses a shell when Python's path contains a space or is too long. */
const STARTS = [/^(#!\S*python[\d.]*)(?=\r?\n)/, /^(#!\/bin\/sh\r?\n'''exec' (?:"[^"\n]*"|\S+))(?= "\$0")/];

/** @param {string} script path of the program. On Windows pip installs no script, and this does nothing. */
export function isolateScript(script) {
  if (!existsSync(script)) return;
  const text = readFileSync(script, "utf8");
  const isolated = STARTS.reduce((each, start) => each.replace(start, `$1 ${ISOLATED}`), text);
  if (isolated !== text) writeFileSync(script, isolated);
}
