import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lockedVersion, torchAttempts } from "../../server/installer/torch.mjs";

const attempts = (platform, hasNvidiaGpu, offline = false) =>
  torchAttempts({ platform, hasNvidiaGpu, offline, version: "2.13.0" }).map(
    (each) => `${each.installer} ${each.requirement}`,
  );

describe("installing torch", () => {
  it("on Linux without a GPU tries the CPU builds before the large one", () => {
    assert.deepEqual(attempts("linux", false), ["pip torch==2.13.0+cpu", "uv torch==2.13.0", "pip torch==2.13.0"]);
  });

  it("on Linux without a GPU warns before the large download, and only then", () => {
    const machine = { platform: "linux", hasNvidiaGpu: false, offline: false, version: "2.13.0" };
    const warnings = torchAttempts(machine).map((each) => each.warning);
    assert.deepEqual(warnings.slice(0, 2), [undefined, undefined]);
    assert.match(warnings[2], /GB/);
  });

  it("demands the hash of the builds of PyPI, for the lock has no other", () => {
    const machine = { platform: "linux", hasNvidiaGpu: false, offline: false, version: "2.13.0" };
    assert.deepEqual(
      torchAttempts(machine).map(({ isHashed }) => isHashed),
      [false, false, true],
    );
    assert.ok(torchAttempts({ ...machine, platform: "darwin" })[0].isHashed);
  });

  it("from a folder of wheels takes the build that is there, without uv", () => {
    assert.deepEqual(attempts("linux", false, true), ["pip torch==2.13.0+cpu", "pip torch==2.13.0"]);
  });

  it("with a GPU, on macOS and on Windows takes the ordinary build", () => {
    for (const [platform, gpu] of [
      ["linux", true],
      ["darwin", false],
      ["win32", false],
      ["win32", true],
    ]) {
      assert.deepEqual(attempts(platform, gpu), ["pip torch==2.13.0"]);
    }
  });
});

describe("the locked version of a package", () => {
  const lock = "# torch==9.9\ntorch-audio==1.0\ntorch==2.13.0\nnumpy==2.4.6 ; python_full_version < '3.12'\n";

  it("is that of the package of just this name, without its marker", () => {
    assert.equal(lockedVersion(lock, "torch"), "2.13.0");
    assert.equal(lockedVersion(lock, "numpy"), "2.4.6");
  });

  it("must be there", () => {
    assert.throws(() => lockedVersion(lock, "scipy"), /does not lock scipy.*npm run lock/);
  });
});
