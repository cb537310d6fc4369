/** Puts what `extension/dist/` holds into one VSIX. Hides vsce, and refuses a package that has grown too large. */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { createVSIX } from "@vscode/vsce";
import { EnvironmentProblem } from "../server/installer/problem.mjs";

const LARGEST = 2_000_000;

/**
 * @param {string} root of the repository
 * @returns {Promise<string>} the path of the VSIX
 * @throws {EnvironmentProblem} when it is too large
 */
export async function packageExtension(root) {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const packagePath = path.join(root, `sourcewise-${version}.vsix`);
  // Everything is bundled, and the README's links are meant for who reads it in the repository.
  const options = { dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false };
  await createVSIX({ cwd: root, packagePath, ...options });
  const { size } = statSync(packagePath);
  if (size <= LARGEST) return packagePath;
  throw new EnvironmentProblem(
    `${packagePath} has ${size} bytes, which is more than ${LARGEST}.`,
    "See what grew: npx vsce ls --tree",
  );
}
