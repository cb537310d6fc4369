import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { removeOthers, takeLease } from "../../server/installer/leases.mjs";
import { extensionPlace, repositoryPlace } from "../../server/installer/places.mjs";
import { findPython, namedPythons } from "../../server/installer/python.mjs";
import { isReady, writeStamp } from "../../server/installer/stamp.mjs";

let storage;
let shipped;

beforeEach(() => {
  storage = mkdtempSync(path.join(tmpdir(), "sourcewise-places-"));
  shipped = path.join(storage, "shipped");
  mkdirSync(shipped);
  writeFileSync(path.join(shipped, "sourcewise-1.2.3-py3-none-any.whl"), "wheel");
  writeFileSync(path.join(shipped, "constraints.txt"), "torch==2.13.0\n");
});

afterEach(() => rmSync(storage, { recursive: true }));

const placeOf = (platform = "linux") => extensionPlace({ storage, shipped, interpreter: null, wheels: null, platform });

const make = (place) => {
  mkdirSync(path.dirname(place.python), { recursive: true });
  writeFileSync(place.python, "");
  writeStamp(place, place.extras);
};

describe("the extension's environment", () => {
  it("is in global storage, and pip verifies the hash of the shipped wheel", () => {
    const place = placeOf();
    assert.ok(place.folder.startsWith(path.join(storage, "python")));
    const [[hashes, , , requirement], again] = place.installs(["embedded"]);
    assert.equal(hashes, "--require-hashes");
    const digest = createHash("sha256").update("wheel").digest("hex");
    const start = "sourcewise\\[embedded\\] @ file:///.*shipped.sourcewise-1\\.2\\.3-py3-none-any\\.whl";
    assert.match(requirement, new RegExp(`^${start}#sha256=${digest}$`));
    assert.deepEqual(again.slice(0, 2), ["--force-reinstall", "--no-deps"]);
  });

  it("has its Python at the platform's usual path", () => {
    assert.match(placeOf("linux").python, /bin.python$/);
    assert.match(placeOf("win32").python, /Scripts.python\.exe$/);
  });

  it("keeps its folder when an update only replaces the wheel, but must be set up again", () => {
    const before = placeOf();
    make(before);
    assert.ok(isReady(before));
    appendFileSync(path.join(shipped, "sourcewise-1.2.3-py3-none-any.whl"), " of the update");
    assert.equal(placeOf().folder, before.folder);
    assert.ok(!isReady(placeOf()));
  });

  it("gets a new folder when an update changes the locked packages", () => {
    const before = placeOf();
    appendFileSync(path.join(shipped, "constraints.txt"), "numpy==2.4.6\n");
    assert.notEqual(placeOf().folder, before.folder);
  });

  it("cannot be created when the extension's wheel is missing", () => {
    rmSync(path.join(shipped, "sourcewise-1.2.3-py3-none-any.whl"));
    assert.throws(placeOf, { message: /Python package is missing/ });
  });
});

describe("the repository's environment", () => {
  const placeOfRepository = () => {
    const wanted = { root: storage, extras: [], interpreter: null, platform: process.platform };
    const place = repositoryPlace(wanted);
    const candidates = namedPythons(process.platform);
    const { executable } = findPython({ chosen: null, candidates, wording: place.wording });
    return spawnSync(executable, ["-m", "venv", "--without-pip", place.folder]).status === 0 && place;
  };

  it("installs the requirements of the selected extras by hash, then the project without dependencies", () => {
    const lines = ["[project]", 'dependencies = ["chromadb>=1"]', "[project.optional-dependencies]"];
    const extras = ['embedded = ["xllamacpp==1.0"]', 'dev = ["pytest"]'];
    writeFileSync(path.join(storage, "pyproject.toml"), [...lines, ...extras].join("\n"));
    const [[hashes, , , ...requirements], project] = placeOfRepository().installs(["embedded"]);
    assert.deepEqual([hashes, ...requirements], ["--require-hashes", "chromadb>=1", "xllamacpp==1.0"]);
    assert.deepEqual(project, ["--no-deps", "--no-build-isolation", "--editable", storage]);
  });

  it("cannot be created when pyproject.toml is invalid", () => {
    writeFileSync(path.join(storage, "pyproject.toml"), "[project");
    assert.throws(() => placeOfRepository().installs([]), { message: /Could not read .*pyproject\.toml/ });
  });
});

describe("older environments", () => {
  const folders = () => ["old", "new"].map((name) => path.join(storage, "python", name));

  beforeEach(() => folders().forEach((folder) => mkdirSync(folder, { recursive: true })));

  it("are removed when no process uses them", () => {
    const [old, current] = folders();
    removeOthers(current);
    assert.deepEqual([existsSync(old), existsSync(current)], [false, true]);
  });

  it("are kept until every window that uses them releases its lease", () => {
    const [old, current] = folders();
    const release = takeLease(old, process.pid);
    removeOthers(current);
    assert.ok(existsSync(old));
    release();
    removeOthers(current);
    assert.ok(!existsSync(old));
  });

  it("are not kept by the lease of a window that crashed", async () => {
    const [old, current] = folders();
    const window = spawn(process.execPath, ["-e", ""]);
    takeLease(old, window.pid);
    await once(window, "exit");
    removeOthers(current);
    assert.ok(!existsSync(old));
  });
});
