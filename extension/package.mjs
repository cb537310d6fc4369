/** Packages the extension as a VSIX. Hides vsce, and fails if the package is too large. */
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createVSIX } from "@vscode/vsce";
import { EnvironmentProblem } from "../server/installer/problem.mjs";
import { IMAGE_BASE, PAGE, packagedPage, pageOptions } from "./marketplace.mjs";

const IGNORE_FILE = ".vscodeignore";
const MAX_BYTES = 2_000_000;

/**
 * @param {string} root the root of the repository, after a build
 * @param {string} [imageBase] the public address of the images, for tests
 * @returns {Promise<string>} the path of the VSIX
 * @throws {EnvironmentProblem} if it is too large
 */
export async function packageExtension(root, imageBase = IMAGE_BASE) {
  const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const packagePath = path.join(root, `sourcewise-${version}.vsix`);
  const options = { dependencies: false, allowMissingRepository: true, ...pageOptions(imageBase) };
  await createVSIX({ cwd: gather(root, imageBase), packagePath, ...options });
  const { size } = statSync(packagePath);
  if (size <= MAX_BYTES) return packagePath;
  throw new EnvironmentProblem(
    `${packagePath} is too large: ${size} bytes, but the limit is ${MAX_BYTES}.`,
    `List its contents to see what grew: unzip -v ${packagePath}`,
  );
}

/**
 * Copies the files that `.vscodeignore` includes to a separate folder. vsce visits every file before it applies the ignore
 * rules, which takes half a minute if the repository contains environments.
 */
function gather(root, imageBase) {
  const folder = path.join(root, "build", "vsix");
  rmSync(folder, { recursive: true, force: true });
  const rules = readFileSync(path.join(root, IGNORE_FILE), "utf8").split("\n");
  const travels = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1).replace(/\/\*\*$/, ""));
  for (const name of [IGNORE_FILE, ...travels])
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, PAGE), packagedPage(readFileSync(path.join(root, PAGE), "utf8"), imageBase));
  return folder;
}
