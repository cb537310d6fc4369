import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { activityOf, bytesOf, isNoise, startsUnpacking } from "../../server/installer/pip_output.mjs";

describe("a line of pip or uv", () => {
  const activities = {
    "Collecting numpy>=2.0 (from sourcewise==1.2.3)": "fetching numpy",
    "Collecting torch==2.13.0+cpu": "fetching torch",
    "  Downloading pydantic_settings-2.16.3-py3-none-any.whl.metadata (3.1 kB)": "fetching pydantic_settings-2.16.3",
    "  Using cached scipy-1.17.1-cp311-cp311-manylinux_2_27_x86_64.whl (35 MB)": "fetching scipy-1.17.1",
    "Downloading torch (180.2MiB)": "fetching torch",
    "Processing /wheels/torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl": "fetching torch-2.13.0+cpu",
    "Processing c:\\wheels\\sympy-1.14.0-py3-none-any.whl (from torch==2.13.0)": "fetching sympy-1.14.0",
    "Installing collected packages: mpmath, sympy": "unpacking packages",
  };
  for (const [line, activity] of Object.entries(activities)) {
    it(`yields the activity "${activity}"`, () => assert.equal(activityOf(line), activity));
  }

  it("may name no activity", () => {
    assert.equal(activityOf("Requirement already satisfied: click in ./.venv"), undefined);
  });

  it("may report the downloaded bytes of a file", () => {
    assert.deepEqual(bytesOf("Progress 124000000 of 190000000"), { received: 124e6, total: 190e6 });
    assert.equal(bytesOf("Progress report of 3 of 4"), undefined);
  });

  it("may mark the end of all downloads", () => {
    assert.ok(startsUnpacking("Installing collected packages: mpmath, sympy"));
    assert.ok(!startsUnpacking("  Installing build dependencies: started"));
  });

  it("is noise when it is a notice or warns of a missing package source", () => {
    assert.ok(isNoise("WARNING: Location 'file:///opt/wheels/uv/' is ignored: it is neither a file nor a directory."));
    assert.ok(isNoise("[notice] A new release of pip is available: 23.2.1 -> 26.3"));
    assert.ok(!isNoise("ERROR: No matching distribution found for torch==2.13.0+cpu"));
  });
});
