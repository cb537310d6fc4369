import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findPython, isFit, namedPythons, pythonOfUv } from "../../server/installer/python.mjs";

const interpreter = (version, missing = []) => ({ executable: "/usr/bin/some-python", version, missing });
const commandLines = (found) => found.map(({ command, args }) => [command, ...args].join(" "));

/** Answers for the commands it knows, as a machine that has just these would. */
const machineWith =
  (interpreters) =>
  ({ command }) =>
    interpreters[command];

const WORDING = { setting: "SOURCEWISE_PYTHON", again: "run this again" };
const search = (chosen = null) => ({ chosen, candidates: namedPythons("linux"), wording: WORDING });

describe("the order of Pythons on the PATH", () => {
  it("goes from the newest named version to the unnamed ones", () => {
    assert.deepEqual(commandLines(namedPythons("linux")), [
      "python3.13",
      "python3.12",
      "python3.11",
      "python3",
      "python",
    ]);
  });

  it("ends with the launcher on Windows", () => {
    assert.equal(commandLines(namedPythons("win32")).at(-1), "py -3");
  });
});

describe("uv", () => {
  it("is asked for a Python that the locked packages have wheels for", () => {
    assert.deepEqual(commandLines([pythonOfUv()]), ["uv run --no-project --python >=3.11,<3.15 python"]);
  });
});

describe("a fit Python", () => {
  it("is 3.11 to 3.14 and can make environments", () => {
    assert.ok(isFit(interpreter([3, 11, 0])));
    assert.ok(isFit(interpreter([3, 14, 1])));
    assert.ok(!isFit(interpreter([3, 15, 0])));
    assert.ok(!isFit(interpreter([3, 10, 13])));
    assert.ok(!isFit(interpreter([2, 7, 18])));
    assert.ok(!isFit(interpreter([4, 0, 0])));
    assert.ok(!isFit(interpreter([3, 12, 1], ["ensurepip"])));
  });

  it("is taken from behind an old one and one that cannot make environments", () => {
    const machine = machineWith({
      "python3.13": interpreter([3, 13, 0], ["ensurepip"]),
      python3: interpreter([3, 9, 2]),
      python: interpreter([3, 11, 7]),
    });
    assert.deepEqual(findPython(search(), machine).version, [3, 11, 7]);
  });

  it("is the chosen one, though another would come first", () => {
    const machine = machineWith({ "python3.13": interpreter([3, 13, 0]), "/opt/python": interpreter([3, 12, 4]) });
    assert.deepEqual(findPython(search("/opt/python"), machine).version, [3, 12, 4]);
  });
});

describe("without a fit Python", () => {
  const problemOf = (interpreters, chosen) => {
    try {
      findPython(search(chosen), machineWith(interpreters));
    } catch (problem) {
      return problem;
    }
    return assert.fail("a Python was found");
  };

  it("Debian's missing package is named", () => {
    const problem = problemOf({ python3: interpreter([3, 11, 2], ["ensurepip"]) });
    assert.match(problem.message, /3\.11\.2.*no ensurepip/);
    assert.match(problem.hint, /apt install python3\.11-venv/);
  });

  it("the versions that are too old are named", () => {
    const problem = problemOf({ python3: interpreter([3, 9, 2]) });
    assert.match(problem.message, /3\.11 to 3\.14; found only 3\.9\.2/);
    assert.match(problem.hint, /Install Python 3\.13.*SOURCEWISE_PYTHON.*run this again/);
  });

  it("says so", () => {
    assert.match(problemOf({}).message, /none was found/);
  });

  it("a SOURCEWISE_PYTHON that is none is named, and nothing else is tried", () => {
    const problem = problemOf({ python3: interpreter([3, 12, 0]) }, "/nowhere/python");
    assert.match(problem.message, /SOURCEWISE_PYTHON.*\/nowhere\/python/);
  });
});

describe("this machine", () => {
  it("has a fit Python that tells its version", () => {
    assert.ok(isFit(findPython({ ...search(), candidates: namedPythons(process.platform) })));
  });
});
