/** Puts what travels into one VSIX. Hides vsce, and refuses a package that has grown too large. */
import { cpSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { createVSIX } from "@vscode/vsce";
import { EnvironmentProblem } from "../server/installer/problem.mjs";

const IGNORE_FILE = ".vscodeignore";
const LARGEST = 2_000_000;

/**
 * @param {string} root of the repository, with what was built
 * @returns {Promise<string>} the path of the VSIX
 * @throws {EnvironmentProblem} when it is too large
 */
export async function packageExtension(root) {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const packagePath = path.join(root, `sourcewise-${version}.vsix`);
  // The README's links are meant for who reads it in the repository.
  const options = { dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false };
  await createVSIX({ cwd: gather(root), packagePath, ...options });
  const { size } = statSync(packagePath);
  if (size <= LARGEST) return packagePath;
  throw new EnvironmentProblem(
    `${packagePath} has ${size} bytes, which is more than ${LARGEST}.`,
    `See what grew: unzip -v ${packagePath}`,
  );
}

/**
 * Copies what `.vscodeignore` lets through to a folder of its own: vsce looks at every file before it asks which to leave
 * out, and where there are environments that takes half a minute.
 */
function gather(root) {
  const folder = path.join(root, "build", "vsix");
  rmSync(folder, { recursive: true, force: true });
  const rules = readFileSync(path.join(root, IGNORE_FILE), "utf8").split("\n");
  const travels = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1).replace(/\/\*\*$/, ""));
  for (const name of [IGNORE_FILE, ...travels])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  return folder;
}
