import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { installationFailed, lacksEmbeddedModel } from "../../server/installer/failures.mjs";

describe("an installation without the embedded model", () => {
  const missing = (name) => `ERROR: Cannot install sourcewise[embedded]==1.2.3 because of conflicting dependencies.
Additionally, some packages in these conflicts have no matching distributions available for your environment:
    ${name}
To fix this you could try to:
ERROR: ResolutionImpossible`;

  it("is accepted when only the embedded model has no build for the machine", () => {
    assert.ok(lacksEmbeddedModel(missing("xllamacpp")));
    assert.ok(lacksEmbeddedModel("ERROR: No matching distribution found for xllamacpp==1.0"));
  });

  it("is a failure when another package has no build", () => {
    assert.ok(!lacksEmbeddedModel(missing("chromadb")));
    assert.ok(!lacksEmbeddedModel("ERROR: No matching distribution found for chromadb==1.5.9"));
  });
});

describe("a failed installation", () => {
  const place = {
    folder: "/storage/python",
    log: "/storage/install.log",
    wheels: null,
    wording: { again: "choose Set Up", setting: "the setting", offline: "Set a folder of wheels. " },
  };
  const problemOf = (line, wheels = null) => installationFailed("torch", [line], { ...place, wheels });

  it("without a network suggests how to continue", () => {
    const lines = [
      "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError(...)': /simple/torch/",
      "  × Failed to fetch: error sending request for url",
    ];
    for (const line of lines) {
      const { message, hint } = problemOf(line);
      assert.match(message, /Could not install torch: the package index cannot be reached/);
      assert.match(hint, /network.*choose Set Up.*folder of wheels.*install\.log/);
    }
  });

  it("without disk space names the folder", () => {
    const { message, hint } = problemOf("ERROR: OSError: [Errno 28] No space left on device");
    assert.match(message, /the disk is full/);
    assert.match(hint, /\/storage\/python/);
  });

  it("from a folder of wheels names the folder", () => {
    assert.match(problemOf("ERROR: No matching distribution found for torch", "/wheels").hint, /Add it to \/wheels/);
  });

  it("with a wrong hash names the package, which is not installed", () => {
    const line = `ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated …
    click==8.5.1 from https://index/click-8.5.1-py3-none-any.whl:
        Expected sha256 dead
             Got        8bb5`;
    const { message, hint } = problemOf(line);
    assert.equal(message, "The download of click failed its checksum and was not installed.");
    assert.match(hint, /Check the network, the proxy.*choose Set Up.*install\.log/);
    assert.match(problemOf(line, "/wheels").hint, /Replace it in \/wheels/);
  });

  it("without a hash names the package that is missing from the lock", () => {
    const complaints = [
      "ERROR: In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:",
      "ERROR: Hashes are required in --require-hashes mode, but they are missing from some requirements. Here is …",
    ];
    for (const complaint of complaints) {
      const { message, hint } = problemOf(`${complaint}\n    attrs>=26 from https://index/attrs.whl#sha256=c6`);
      assert.match(message, /install torch: the lock has no checksum for attrs, so it was not installed/);
      assert.match(hint, /npm run lock/);
    }
  });

  it("for any other reason points to the log and includes pip's last lines", () => {
    const output = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const problem = installationFailed("torch", output, place);
    assert.match(problem.hint, /See pip's error in the log/);
    assert.deepEqual([problem.lines.length, problem.lines.at(-1)], [12, "line 39"]);
    assert.match(problem.report, /^Could not install torch\.\n {2}\| line 28\n[^]*\n {2}See pip's error/);
  });
});
