/** The licences of what is bundled: their authors ask that they travel with the code. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const RULE = "-".repeat(80);

/**
 * @param {string} root of the repository
 * @param {string[]} inputs the files that went into the bundles, relative to it
 * @returns {string} a text with the licence of every package that they are from
 */
export function noticesOf(root, inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const notices = [...folders].sort().map((folder) => noticeOf(path.join(root, folder)));
  return `Sourcewise contains these packages, under their own licences.\n\n${notices.join("\n")}`;
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
