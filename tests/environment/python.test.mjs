import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findPython, isSuitable, namedPythons, pythonOfUv } from "../../server/installer/python.mjs";

const interpreter = (version, missing = []) => ({ executable: "/usr/bin/some-python", version, missing });
const commandLines = (found) => found.map(({ command, args }) => [command, ...args].join(" "));

/** Answers like a machine that has only these commands. */
const machineWith =
  (interpreters) =>
  ({ command }) =>
    interpreters[command];

const WORDING = { setting: "SOURCEWISE_PYTHON", again: "run this command again" };
const search = (chosen = null) => ({ chosen, candidates: namedPythons("linux"), wording: WORDING });

describe("the order of the Pythons on the PATH", () => {
  it("starts with the newest version and ends with the unversioned names", () => {
    assert.deepEqual(commandLines(namedPythons("linux")), [
      "python3.13",
      "python3.12",
      "python3.11",
      "python3",
      "python",
    ]);
  });

  it("ends with the py launcher on Windows", () => {
    assert.equal(commandLines(namedPythons("win32")).at(-1), "py -3");
  });
});

describe("uv", () => {
  it("is given the range of versions that the locked packages have wheels for", () => {
    assert.deepEqual(commandLines([pythonOfUv()]), ["uv run --no-project --python >=3.11,<3.15 python"]);
  });
});

describe("a suitable Python", () => {
  it("is 3.11 to 3.14 and can create virtual environments", () => {
    assert.ok(isSuitable(interpreter([3, 11, 0])));
    assert.ok(isSuitable(interpreter([3, 14, 1])));
    assert.ok(!isSuitable(interpreter([3, 15, 0])));
    assert.ok(!isSuitable(interpreter([3, 10, 13])));
    assert.ok(!isSuitable(interpreter([2, 7, 18])));
    assert.ok(!isSuitable(interpreter([4, 0, 0])));
    assert.ok(!isSuitable(interpreter([3, 12, 1], ["ensurepip"])));
  });

  it("is found after an old one and one that cannot create virtual environments", () => {
    const machine = machineWith({
      "python3.13": interpreter([3, 13, 0], ["ensurepip"]),
      python3: interpreter([3, 9, 2]),
      python: interpreter([3, 11, 7]),
    });
    assert.deepEqual(findPython(search(), machine).version, [3, 11, 7]);
  });

  it("is the chosen one, even if another precedes it", () => {
    const machine = machineWith({ "python3.13": interpreter([3, 13, 0]), "/opt/python": interpreter([3, 12, 4]) });
    assert.deepEqual(findPython(search("/opt/python"), machine).version, [3, 12, 4]);
  });
});

describe("the error without a suitable Python", () => {
  const problemOf = (interpreters, chosen) => {
    try {
      findPython(search(chosen), machineWith(interpreters));
    } catch (problem) {
      return problem;
    }
    return assert.fail("a Python was found");
  };

  it("names the missing Debian package", () => {
    const problem = problemOf({ python3: interpreter([3, 11, 2], ["ensurepip"]) });
    assert.match(problem.message, /3\.11\.2.*no ensurepip/);
    assert.match(problem.hint, /apt install python3\.11-venv/);
  });

  it("lists the versions that are too old", () => {
    const problem = problemOf({ python3: interpreter([3, 9, 2]) });
    assert.match(problem.message, /3\.11 to 3\.14, but found only 3\.9\.2/);
    assert.match(problem.hint, /Install Python 3\.13.*SOURCEWISE_PYTHON.*run this command again/);
  });

  it("says that no Python was found", () => {
    assert.match(problemOf({}).message, /none was found/);
  });

  it("names a SOURCEWISE_PYTHON that does not work, and no other Python is tried", () => {
    const problem = problemOf({ python3: interpreter([3, 12, 0]) }, "/nowhere/python");
    assert.match(problem.message, /SOURCEWISE_PYTHON.*\/nowhere\/python/);
  });
});

describe("this machine", () => {
  it("has a suitable Python that reports its version", () => {
    assert.ok(isSuitable(findPython({ ...search(), candidates: namedPythons(process.platform) })));
  });
});
