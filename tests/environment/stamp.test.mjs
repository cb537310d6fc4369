import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fingerprintOf, fitsPlace, isFresh, layoutOf, readStamp, writeStamp } from "../../server/stamp.mjs";

const stamp = { fingerprint: "f", root: "/repository", extras: ["dev", "embedded"], interpreter: null };

describe("an environment is fresh", () => {
  it("when everything is as it was", () => {
    assert.ok(isFresh(stamp, stamp));
  });

  it("when it has more extras than wanted", () => {
    assert.ok(isFresh(stamp, { ...stamp, extras: ["embedded"] }));
  });

  it("when SOURCEWISE_PYTHON was set once and is not set now", () => {
    assert.ok(isFresh({ ...stamp, interpreter: "/opt/python" }, stamp));
  });
});

describe("an environment is not fresh", () => {
  const stale = {
    "without a stamp": [undefined, stamp],
    "when a file that it depends on changed": [stamp, { ...stamp, fingerprint: "g" }],
    "when it lacks an extra": [{ ...stamp, extras: ["embedded"] }, stamp],
    "when the repository was moved": [stamp, { ...stamp, root: "/elsewhere" }],
    "when another Python is asked for": [stamp, { ...stamp, interpreter: "/opt/python" }],
  };
  for (const [name, [found, wanted]] of Object.entries(stale)) {
    it(name, () => assert.ok(!isFresh(found, wanted)));
  }
});

describe("an environment can be completed", () => {
  it("when its making was cut short", () => assert.ok(fitsPlace(undefined, stamp)));
  it("when only the lock changed", () => assert.ok(fitsPlace(stamp, { ...stamp, fingerprint: "g" })));
  it("but not when it was moved", () => assert.ok(!fitsPlace(stamp, { ...stamp, root: "/elsewhere" })));
  it("but not for another Python", () => assert.ok(!fitsPlace(stamp, { ...stamp, interpreter: "/opt/python" })));
});

describe("on disk", () => {
  let layout;

  beforeEach(() => {
    layout = layoutOf(mkdtempSync(path.join(tmpdir(), "sourcewise-stamp-")), "linux");
    mkdirSync(path.dirname(layout.python), { recursive: true });
    mkdirSync(path.join(layout.root, "server"));
    writeFileSync(layout.python, "");
  });

  afterEach(() => rmSync(layout.root, { recursive: true }));

  it("a stamp is read as it was written", () => {
    writeStamp(layout, stamp);
    assert.deepEqual(readStamp(layout), stamp);
  });

  it("there is no stamp at first", () => {
    assert.equal(readStamp(layout), undefined);
  });

  it("a stamp that was cut off counts as none", () => {
    writeFileSync(layout.stamp, '{"fingerprint": "f", "ext');
    assert.equal(readStamp(layout), undefined);
  });

  it("a stamp whose Python is gone counts as none", () => {
    writeStamp(layout, stamp);
    rmSync(layout.python);
    assert.equal(readStamp(layout), undefined);
  });

  for (const file of ["pyproject.toml", "server/constraints.txt", ".venv/pyvenv.cfg"]) {
    it(`the fingerprint follows ${file}`, () => {
      const before = fingerprintOf(layout);
      appendFileSync(path.join(layout.root, file), "changed");
      assert.notEqual(fingerprintOf(layout), before);
    });
  }

  it("the fingerprint tells in which file a line stands", () => {
    appendFileSync(path.join(layout.root, "pyproject.toml"), "line");
    const before = fingerprintOf(layout);
    rmSync(path.join(layout.root, "pyproject.toml"));
    appendFileSync(path.join(layout.root, "server", "constraints.txt"), "line");
    assert.notEqual(fingerprintOf(layout), before);
  });
});
