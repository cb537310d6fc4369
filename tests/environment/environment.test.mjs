import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { withDefaultFolder } from "../../server/environment.mjs";

const fromRoot = (file) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const read = (file) => readFileSync(fromRoot(file), "utf8");

const run = (args, variables = {}) =>
  spawnSync(process.execPath, [fromRoot("server/environment.mjs"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...variables },
  });

describe("the folder of a question", () => {
  it("is the given one by default", () => {
    assert.deepEqual(withDefaultFolder(["where?"], "/repository"), ["--folder", "/repository", "where?"]);
  });

  it("is the folder that the user passes, in either form", () => {
    for (const args of [
      ["where?", "--folder", "."],
      ["--folder=../other", "where?"],
    ]) {
      assert.deepEqual(withDefaultFolder(args, "/repository"), args);
    }
  });
});

describe("a command that cannot run", () => {
  it("lists the available commands when the name is unknown", () => {
    const { status, stderr } = run(["aks"]);
    assert.equal(status, 1);
    assert.match(stderr, /Unknown command: aks\.\n.*sourcewise, ask, test, python, build, lock/);
  });

  it("suggests the next step when Python is missing", () => {
    const { status, stderr, stdout } = run(["sourcewise"], { SOURCEWISE_PYTHON: "/nowhere/python" });
    assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
    assert.match(
      stderr,
      /^sourcewise: SOURCEWISE_PYTHON is not a working Python: \/nowhere\/python\n {2}Install Python/,
    );
  });
});

describe("the lock files", () => {
  const lock = read("server/constraints.txt").toLowerCase();

  it("pin every Python package that pyproject.toml names", () => {
    const [, dependencies] = /^dependencies = \[$(.*?)^\]$/ms.exec(read("pyproject.toml"));
    const names = [...dependencies.matchAll(/"([\w-]+)/g)].map((match) => match[1]);
    assert.ok(names.includes("chromadb") && names.length > 40, `only ${names.length} packages were found`);
    for (const name of names) assert.ok(lock.includes(`\n${name}==`), `${name} is not locked`);
  });

  it("contain no download URLs", () => {
    assert.doesNotMatch(lock, /https?:/);
    assert.doesNotMatch(read("package-lock.json"), /"resolved"/);
  });
});
