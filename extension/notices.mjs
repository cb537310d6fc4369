/** Collects the licences of bundled packages, which must be distributed with the code. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const RULE = "-".repeat(80);

/**
 * @param {string} root the root of the repository
 * @param {string[]} inputs the input files of the bundles, relative to the root
 * @returns {string} a text with the licence of every package that contains an input file
 */
export function noticesOf(root, inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const notices = [...folders].sort().map((folder) => noticeOf(path.join(root, folder)));
  return `Sourcewise contains the following packages under their own licences.\n\n${notices.join("\n")}`;
}

function packageFolder(input) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input.replaceAll("\\", "/"))?.[0];
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? readFileSync(path.join(folder, file), "utf8").trim() : `Licence: ${license}`;
  return `${RULE}\n${name} ${version} (${license})\n\n${text}\n`;
}
