import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { noticesOf } from "../../extension/notices.mjs";

describe("the licence notices", () => {
  let root;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), "sourcewise-notices-"));
    addPackage("plain", "MIT", "Do as you like.");
    addPackage("@scope/scoped", "BSD-3-Clause", "Keep this notice.");
    addPackage("plain/node_modules/inner", "ISC", undefined);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function addPackage(place, license, text) {
    const folder = path.join(root, "node_modules", place);
    const name = place.split("node_modules/").at(-1);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, version: "1.2.3", license }));
    if (text) writeFileSync(path.join(folder, "LICENSE.md"), text);
  }

  it("contain the licence of every bundled package once", () => {
    const files = ["plain/a.js", "plain/b.js", "@scope/scoped/index.js", "plain/node_modules/inner/c.js"];
    const text = noticesOf(root, ["extension/src/extension.ts", ...files.map((file) => `node_modules/${file}`)]);
    assert.equal(text.match(/plain 1\.2\.3 \(MIT\)/g).length, 1);
    assert.match(text, /@scope\/scoped 1\.2\.3 \(BSD-3-Clause\)\n\nKeep this notice\./);
  });

  it("name the licence of a package that ships no licence text", () => {
    const text = noticesOf(root, ["node_modules/plain/node_modules/inner/c.js"]);
    assert.match(text, /inner 1\.2\.3 \(ISC\)\n\nLicence: ISC/);
    assert.doesNotMatch(text, /plain/);
  });
});
