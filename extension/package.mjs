/** Puts what travels into one VSIX. Hides vsce, and refuses a package that has grown too large. */
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createVSIX } from "@vscode/vsce";
import { EnvironmentProblem } from "../server/installer/problem.mjs";

/** Nothing travels in the package unless it is named here. */
const TRAVELS = [
  "package.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  "extension/dist",
  "extension/media/icon.png",
  "extension/media/icon.svg",
  "extension/media/walkthrough",
];
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

/** In a folder of its own: vsce looks at every file, which takes half a minute where there are environments. */
function gather(root) {
  const folder = path.join(root, "build", "vsix");
  rmSync(folder, { recursive: true, force: true });
  for (const name of TRAVELS) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, ".vscodeignore"), ""); // vsce warns where there is none
  return folder;
}
