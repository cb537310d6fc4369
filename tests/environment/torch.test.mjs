import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lockedVersion, torchAttempts } from "../../server/installer/torch.mjs";

const attempts = (platform, hasNvidiaGpu, offline = false) =>
  torchAttempts({ platform, hasNvidiaGpu, offline, version: "2.13.0" }).map(
    (each) => `${each.installer} ${each.requirement}`,
  );

describe("installing torch", () => {
  it("tries the CPU builds before the large build on Linux without a GPU", () => {
    assert.deepEqual(attempts("linux", false), ["pip torch==2.13.0+cpu", "uv torch==2.13.0", "pip torch==2.13.0"]);
  });

  it("warns only before the large download on Linux without a GPU", () => {
    const machine = { platform: "linux", hasNvidiaGpu: false, offline: false, version: "2.13.0" };
    const warnings = torchAttempts(machine).map((each) => each.warning);
    assert.deepEqual(warnings.slice(0, 2), [undefined, undefined]);
    assert.match(warnings[2], /GB/);
  });

  it("requires hashes for the builds on PyPI, because the lock has no others", () => {
    const machine = { platform: "linux", hasNvidiaGpu: false, offline: false, version: "2.13.0" };
    assert.deepEqual(
      torchAttempts(machine).map(({ isHashed }) => isHashed),
      [false, false, true],
    );
    assert.ok(torchAttempts({ ...machine, platform: "darwin" })[0].isHashed);
  });

  it("uses the available build in a folder of wheels, without uv", () => {
    assert.deepEqual(attempts("linux", false, true), ["pip torch==2.13.0+cpu", "pip torch==2.13.0"]);
  });

  it("uses the default build with a GPU, on macOS and on Windows", () => {
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

  it("is read for the exact package name, without its marker", () => {
    assert.equal(lockedVersion(lock, "torch"), "2.13.0");
    assert.equal(lockedVersion(lock, "numpy"), "2.4.6");
  });

  it("must exist", () => {
    assert.throws(() => lockedVersion(lock, "scipy"), /does not lock scipy.*npm run lock/);
  });
});
