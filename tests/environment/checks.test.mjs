import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { isInstalled, runChecks, selectChecks } from "../../server/checks.mjs";

const check = (part, title, tests) => ({ part, title, command: "true", args: [], tests });
const titles = (checks) => checks.map(({ title }) => title);

describe("the checks that are run", () => {
  const checks = [
    check("lint", "ruff"),
    check("unit", "pytest unit", ["a"]),
    check("protocol", "pytest protocol", []),
    check("long", "kills"),
  ];

  it("are all that have something to run, in order", () => {
    assert.deepEqual(titles(selectChecks(checks, undefined)), ["ruff", "pytest unit"]);
  });

  it("can be those of one part", () => {
    assert.deepEqual(titles(selectChecks(checks, "unit")), ["pytest unit"]);
  });

  it("leave out what takes long, unless it is named", () => {
    assert.deepEqual(titles(selectChecks(checks, "long")), ["kills"]);
  });

  it("are refused for a part that does not exist", () => {
    assert.throws(
      () => selectChecks(checks, "unti"),
      (problem) => /unti/.test(problem.message) && /unit/.test(problem.hint),
    );
  });
});

describe("running the checks", () => {
  it("stops at the first that fails, with its exit code", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sourcewise-checks-"));
    const script = (title, code) => ({ part: "lint", title, command: process.execPath, args: ["-e", code] });
    const code = await runChecks(
      [
        script("passes", 'require("fs").writeFileSync("first", "")'),
        script("fails", "process.exit(7)"),
        script("comes too late", 'require("fs").writeFileSync("third", "")'),
      ],
      folder,
    );
    assert.equal(code, 7);
    assert.ok(existsSync(path.join(folder, "first")));
    assert.ok(!existsSync(path.join(folder, "third")));
    rmSync(folder, { recursive: true });
  });
});

describe("the Node packages are installed", () => {
  const lock = {
    packages: {
      "": { version: "1.2.3" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/b": { version: "1.0.0", optional: true },
    },
  };
  const installed = (packages) => isInstalled(lock, { packages });

  it("when all that are needed here have their locked versions", () => {
    assert.ok(installed({ "node_modules/a": { version: "1.0.0" } }));
  });

  it("but not when one is missing, has another version, or nothing is there", () => {
    assert.ok(!installed({}));
    assert.ok(!installed({ "node_modules/a": { version: "2.0.0" } }));
    assert.ok(!isInstalled(lock, undefined));
  });
});
