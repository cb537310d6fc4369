import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { candidates, findPython, isFit } from "../../server/python.mjs";

const interpreter = (version, missing = []) => ({ executable: "/usr/bin/some-python", version, missing });
const commandLines = (found) => found.map(({ command, args }) => [command, ...args].join(" "));

/** Answers for the commands it knows, as a machine that has just these would. */
const machineWith =
  (interpreters) =>
  ({ command }) =>
    interpreters[command];

describe("the order of Pythons", () => {
  it("goes from the newest named version to the unnamed ones", () => {
    assert.deepEqual(commandLines(candidates({}, "linux")), [
      "python3.13",
      "python3.12",
      "python3.11",
      "python3",
      "python",
    ]);
  });

  it("ends with the launcher on Windows", () => {
    assert.equal(commandLines(candidates({}, "win32")).at(-1), "py -3");
  });

  it("holds nothing but SOURCEWISE_PYTHON when that is set", () => {
    assert.deepEqual(commandLines(candidates({ SOURCEWISE_PYTHON: "/opt/python" }, "win32")), ["/opt/python"]);
  });
});

describe("a fit Python", () => {
  it("is 3.11 or newer and can make environments", () => {
    assert.ok(isFit(interpreter([3, 11, 0])));
    assert.ok(isFit(interpreter([3, 14, 1])));
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
    assert.deepEqual(findPython({}, "linux", machine).version, [3, 11, 7]);
  });
});

describe("without a fit Python", () => {
  const problemOf = (interpreters, variables = {}) => {
    try {
      findPython(variables, "linux", machineWith(interpreters));
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
    assert.match(problem.message, /3\.11 or newer; found only 3\.9\.2/);
    assert.match(problem.hint, /Install Python 3\.11/);
  });

  it("says so", () => {
    assert.match(problemOf({}).message, /none was found/);
  });

  it("a SOURCEWISE_PYTHON that is none is named, and nothing else is tried", () => {
    const problem = problemOf({ python3: interpreter([3, 12, 0]) }, { SOURCEWISE_PYTHON: "/nowhere/python" });
    assert.match(problem.message, /SOURCEWISE_PYTHON.*\/nowhere\/python/);
  });
});

describe("this machine", () => {
  it("has a fit Python that tells its version", () => {
    assert.ok(isFit(findPython(process.env, process.platform)));
  });
});
