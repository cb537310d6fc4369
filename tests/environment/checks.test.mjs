import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { isInstalled, runChecks, selectChecks } from "../../server/checks.mjs";

const check = (part, title, tests) => ({ part, title, command: "true", args: [], tests });
const titles = (checks) => checks.map(({ title }) => title);

describe("selecting the checks to run", () => {
  const checks = [
    check("lint", "ruff"),
    check("unit", "pytest unit", ["a"]),
    check("protocol", "pytest protocol", []),
    check("long", "kills"),
  ];

  it("returns every check that has test files, in order", () => {
    assert.deepEqual(titles(selectChecks(checks, undefined)), ["ruff", "pytest unit"]);
  });

  it("returns only the checks of the given part", () => {
    assert.deepEqual(titles(selectChecks(checks, "unit")), ["pytest unit"]);
  });

  it("leaves out the long checks, unless they are named", () => {
    assert.deepEqual(titles(selectChecks(checks, "long")), ["kills"]);
  });

  it("rejects an unknown part", () => {
    assert.throws(
      () => selectChecks(checks, "unti"),
      (problem) => /unti/.test(problem.message) && /unit/.test(problem.hint),
    );
  });
});

describe("running the checks", () => {
  it("stops at the first failure and returns its exit code", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sourcewise-checks-"));
    const script = (title, code) => ({ part: "lint", title, command: process.execPath, args: ["-e", code] });
    const code = await runChecks(
      [
        script("passes", 'require("fs").writeFileSync("first", "")'),
        script("fails", "process.exit(7)"),
        script("is skipped", 'require("fs").writeFileSync("third", "")'),
      ],
      folder,
    );
    assert.equal(code, 7);
    assert.ok(existsSync(path.join(folder, "first")));
    assert.ok(!existsSync(path.join(folder, "third")));
    rmSync(folder, { recursive: true });
  });
});

describe("the installed Node packages", () => {
  const lock = {
    packages: {
      "": { version: "1.2.3" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "1.0.0", optional: true },
    },
  };
  const installed = (packages) => isInstalled(lock, { packages });

  it("are complete when every required package has its locked version", () => {
    assert.ok(installed({ "node_modules/a": { version: "1.0.0" } }));
  });

  it("are incomplete when a package is missing, has another version, or nothing is installed", () => {
    assert.ok(!installed({}));
    assert.ok(!installed({ "node_modules/a": { version: "2.0.0" } }));
    assert.ok(!isInstalled(lock, undefined));
  });
});
