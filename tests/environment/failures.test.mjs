import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { installationFailed, lacksEmbeddedModel } from "../../server/installer/failures.mjs";

describe("an installation without the embedded model", () => {
  const missing = (name) => `ERROR: Cannot install sourcewise[embedded]==0.1.0 because of conflicting dependencies.
Additionally, some packages in these conflicts have no matching distributions available for your environment:
    ${name}
To fix this you could try to:
ERROR: ResolutionImpossible`;

  it("is survived when only the embedded model has no build for the machine", () => {
    assert.ok(lacksEmbeddedModel(missing("xllamacpp")));
    assert.ok(lacksEmbeddedModel("ERROR: No matching distribution found for xllamacpp==1.0"));
  });

  it("is a failure when another package has none", () => {
    assert.ok(!lacksEmbeddedModel(missing("chromadb")));
    assert.ok(!lacksEmbeddedModel("ERROR: No matching distribution found for chromadb==1.5.9"));
  });
});

describe("a failed installation", () => {
  const place = {
    folder: "/storage/python",
    log: "/storage/install.log",
    wheels: null,
    wording: { again: "choose Set Up", setting: "the setting", offline: "Name a folder of wheels. " },
  };
  const problemOf = (line, wheels = null) => installationFailed("torch", [line], { ...place, wheels });

  it("for want of a network says so, and how to go on", () => {
    const lines = [
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...)': /simple/torch/",
      "  × Failed to fetch: error sending request for url",
    ];
    for (const line of lines) {
      const { message, hint } = problemOf(line);
      assert.match(message, /torch failed: the package index cannot be reached/);
      assert.match(hint, /network.*choose Set Up.*folder of wheels.*install\.log/);
    }
  });

  it("for want of room names the disk", () => {
    const { message, hint } = problemOf("ERROR: OSError: [Errno 28] No space left on device");
    assert.match(message, /the disk is full/);
    assert.match(hint, /\/storage\/python/);
  });

  it("from a folder of wheels names that folder", () => {
    assert.match(problemOf("ERROR: No matching distribution found for torch", "/wheels").hint, /missing in \/wheels/);
  });

  it("for another reason points at the log, and keeps what pip said last", () => {
    const output = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const problem = installationFailed("torch", output, place);
    assert.match(problem.hint, /See the log/);
    assert.deepEqual([problem.lines.length, problem.lines.at(-1)], [12, "line 39"]);
    assert.match(problem.report, /^Installing torch failed\.\n {2}\| line 28\n[^]*\n {2}See the log/);
  });
});
