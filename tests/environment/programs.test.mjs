import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { findProgram, pythonVariables, withAbsolutePath } from "../../server/installer/programs.mjs";

let root;

before(() => {
  root = mkdtempSync(path.join(tmpdir(), "sourcewise-programs-"));
  mkdirSync(path.join(root, "first", "folder"), { recursive: true });
  mkdirSync(path.join(root, "second"));
  for (const [file, mode] of [
    ["first/note", 0o644],
    ["second/note", 0o755],
    ["second/folder", 0o755],
  ]) {
    writeFileSync(path.join(root, file), "");
    chmodSync(path.join(root, file), mode);
  }
});

after(() => rmSync(root, { recursive: true }));

describe("finding a program", { skip: process.platform === "win32" }, () => {
  const find = (name, PATH) => findProgram(name, { variables: { PATH }, platform: "linux" });

  it("returns the first executable file with its name on the PATH", () => {
    const PATH = ["first", "second"].map((each) => path.join(root, each)).join(":");
    assert.equal(find("note", PATH), path.join(root, "second", "note"));
    assert.equal(find("folder", PATH), path.join(root, "second", "folder"));
  });

  it("finds nothing without a PATH", () => {
    assert.equal(findProgram("note", { variables: {}, platform: "linux" }), undefined);
  });

  it("resolves a path without searching the PATH", () => {
    assert.equal(find("/usr/bin/python3", ""), "/usr/bin/python3");
    assert.equal(find("./python", ""), path.resolve("python"));
  });
});

describe("the PATH that programs inherit", () => {
  it("has no entry that depends on the current folder", () => {
    const clean = (PATH) => withAbsolutePath({ PATH, A: "1" }, "linux");
    assert.deepEqual(clean(":/a:.:b::/c d:../e:~/f:"), { A: "1", PATH: "/a:/c d" });
    assert.deepEqual(clean("/a:/b"), { A: "1", PATH: "/a:/b" });
  });

  it("is unset rather than empty, because an empty one means the current folder", () => {
    assert.deepEqual(withAbsolutePath({ PATH: ".:", A: "1" }, "linux"), { A: "1" });
    assert.deepEqual(withAbsolutePath({ A: "1" }, "linux"), { A: "1" });
  });

  it("is recognized in any case on Windows, and loses entries that depend on the current drive", () => {
    const Path = String.raw`C:\a;.;\tools;b;;"D:\c d";\\host\share;C:relative`;
    assert.deepEqual(withAbsolutePath({ Path }, "win32"), { Path: String.raw`C:\a;D:\c d;\\host\share` });
  });
});

describe("the variables of our own Python", () => {
  it("exclude those that configure the user's Python", () => {
    const variables = { PATH: ":/bin", PYTHONPATH: "", PythonHome: "x", __PYVENV_LAUNCHER__: "y", MY_PYTHON: "1" };
    assert.deepEqual(pythonVariables(variables, "linux"), { PATH: "/bin", MY_PYTHON: "1" });
  });
});
