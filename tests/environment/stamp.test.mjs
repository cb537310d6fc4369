import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { repositoryPlace } from "../../server/installer/places.mjs";
import {
  fingerprintOf,
  fitsPlace,
  isFresh,
  isReady,
  readStamp,
  wasReady,
  writeStamp,
} from "../../server/installer/stamp.mjs";

const stamp = { fingerprint: "f", root: "/repository", extras: ["dev", "embedded"], interpreter: null };

describe("an environment is up to date", () => {
  it("when nothing changed", () => {
    assert.ok(isFresh(stamp, stamp));
  });

  it("when it has more extras than wanted", () => {
    assert.ok(isFresh(stamp, { ...stamp, extras: ["embedded"] }));
  });

  it("when SOURCEWISE_PYTHON was set at its creation and is not set now", () => {
    assert.ok(isFresh({ ...stamp, interpreter: "/opt/python" }, stamp));
  });
});

describe("an environment is out of date", () => {
  const stale = {
    "without a stamp": [undefined, stamp],
    "when one of its input files changed": [stamp, { ...stamp, fingerprint: "g" }],
    "when it lacks an extra": [{ ...stamp, extras: ["embedded"] }, stamp],
    "when the repository was moved": [stamp, { ...stamp, root: "/elsewhere" }],
    "when another Python is chosen": [stamp, { ...stamp, interpreter: "/opt/python" }],
  };
  for (const [name, [found, wanted]] of Object.entries(stale)) {
    it(name, () => assert.ok(!isFresh(found, wanted)));
  }
});

describe("an existing environment", () => {
  it("can be completed after an interrupted set-up", () => assert.ok(fitsPlace(undefined, stamp)));
  it("can be completed when only the lock changed", () => assert.ok(fitsPlace(stamp, { ...stamp, fingerprint: "g" })));
  it("cannot be completed after it was moved", () => assert.ok(!fitsPlace(stamp, { ...stamp, root: "/elsewhere" })));
  it("cannot be completed for another Python", () =>
    assert.ok(!fitsPlace(stamp, { ...stamp, interpreter: "/opt/python" })));
});

describe("on disk", () => {
  let place;

  beforeEach(() => {
    const root = mkdtempSync(path.join(tmpdir(), "sourcewise-stamp-"));
    place = repositoryPlace({ root, extras: ["embedded"], interpreter: null, platform: "linux" });
    mkdirSync(path.dirname(place.python), { recursive: true });
    mkdirSync(path.join(place.root, "server"));
    writeFileSync(place.python, "");
  });

  afterEach(() => rmSync(place.root, { recursive: true }));

  it("a stamp is read as it was written", () => {
    writeStamp(place, ["dev", "embedded"]);
    const { root } = place;
    const written = { fingerprint: fingerprintOf(place), root, extras: ["dev", "embedded"], interpreter: null };
    assert.deepEqual(readStamp(place), written);
  });

  it("an environment is ready from when its stamp is written until its inputs change", () => {
    assert.ok(!isReady(place));
    writeStamp(place, place.extras);
    assert.ok(isReady(place));
    appendFileSync(place.constraints, "torch==9.9");
    assert.ok(!isReady(place));
  });

  it("an earlier complete environment is detected in the folder and beside it", () => {
    assert.ok(!wasReady(place));
    writeStamp(place, place.extras);
    appendFileSync(place.constraints, "torch==9.9");
    const stamp = path.basename(place.stamp);
    assert.ok(wasReady(place));
    assert.ok(wasReady({ folder: path.join(place.root, "other"), stamp: path.join(place.root, "other", stamp) }));
  });

  it("there is no stamp at first", () => {
    assert.equal(readStamp(place), undefined);
  });

  it("a truncated stamp counts as missing", () => {
    writeFileSync(place.stamp, '{"fingerprint": "f", "ext');
    assert.equal(readStamp(place), undefined);
  });

  it("a stamp whose Python is gone counts as missing", () => {
    writeStamp(place, place.extras);
    rmSync(place.python);
    assert.equal(readStamp(place), undefined);
  });

  for (const file of ["pyproject.toml", "server/constraints.txt", ".venv/pyvenv.cfg"]) {
    it(`the fingerprint changes with ${file}`, () => {
      const before = fingerprintOf(place);
      appendFileSync(path.join(place.root, file), "changed");
      assert.notEqual(fingerprintOf(place), before);
    });
  }

  it("the fingerprint depends on which file contains a line", () => {
    appendFileSync(path.join(place.root, "pyproject.toml"), "line");
    const before = fingerprintOf(place);
    rmSync(path.join(place.root, "pyproject.toml"));
    appendFileSync(path.join(place.root, "server", "constraints.txt"), "line");
    assert.notEqual(fingerprintOf(place), before);
  });
});
