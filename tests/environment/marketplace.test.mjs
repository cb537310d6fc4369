import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import * as zip from "@vscode/vsce/out/zip.js";
import { IMAGE_BASE, PAGE } from "../../extension/marketplace.mjs";
import { packageExtension } from "../../extension/package.mjs";

const ROOT = path.join(import.meta.dirname, "..", "..");
const PUBLIC = "https://example.org/sourcewise/extension/";

describe("the marketplace page", () => {
  const page = readFileSync(path.join(ROOT, PAGE), "utf8");
  const targets = (pattern) => [...page.matchAll(pattern)].map((match) => match[1]);

  it("shows images that are files of the repository, none of them an SVG", () => {
    const images = targets(/!\[[^\]]*\]\(([^)]*)\)/g);
    assert.ok(images.length > 0);
    for (const image of images) {
      assert.ok(existsSync(path.join(ROOT, path.dirname(PAGE), image)), image);
      assert.doesNotMatch(image, /\.svg$/);
    }
  });

  it("links only to public addresses, since it is shown outside the repository", () => {
    for (const link of targets(/(?<!!)\[[^\]]*\]\(([^)]*)\)/g)) assert.match(link, /^https:\/\//);
  });

  it("has one public address for its images, or none yet", () => {
    assert.match(IMAGE_BASE, /^(?:https:\/\/.+)?$/);
  });
});

describe("the package", () => {
  let root;

  before(() => {
    root = mkdtempSync(path.join(tmpdir(), "sourcewise-package-"));
    for (const name of [
      "package.json",
      ".vscodeignore",
      "LICENSE",
      "CHANGELOG.md",
      "README.md",
      PAGE,
      "extension/media",
    ])
      cpSync(path.join(ROOT, name), path.join(root, name), { recursive: true });
    mkdirSync(path.join(root, "extension", "dist"));
    writeFileSync(path.join(root, "extension", "dist", "extension.js"), "");
  });
  after(() => rmSync(root, { recursive: true }));

  async function packagedPageOf(...imageBase) {
    const files = await zip.readZip(await packageExtension(root, ...imageBase), (name) => /readme\.md$/i.test(name));
    assert.deepEqual([...files.keys()], ["extension/readme.md"]);
    return files.get("extension/readme.md").toString("utf8");
  }

  it("has the marketplace page without its images while they have no public address", async () => {
    const shown = await packagedPageOf("");
    assert.match(shown, /## Ask in the side panel/);
    assert.doesNotMatch(shown, /!\[/);
    assert.doesNotMatch(shown, /\n\n\n/);
  });

  it("has the images at their public address once there is one", async () => {
    const shown = await packagedPageOf(PUBLIC);
    assert.ok(shown.includes(`(${PUBLIC}media/screenshots/answer.webp)`));
    assert.doesNotMatch(shown, /\]\((?!https:)/);
  });

  it("shows that page as the extension's description", async () => {
    const { manifest, xmlManifest } = await zip.readVSIXPackage(await packageExtension(root));
    assert.equal(manifest.name, "sourcewise");
    const details = xmlManifest.PackageManifest.Assets[0].Asset.map(({ $ }) => $).find(({ Type }) =>
      Type.endsWith("Content.Details"),
    );
    assert.equal(details.Path, "extension/readme.md");
  });
});
