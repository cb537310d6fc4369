import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, describe, it } from "node:test";
import { removeOthers, takeLease } from "../../server/installer/leases.mjs";
import { extensionPlace } from "../../server/installer/places.mjs";
import { isReady, writeStamp } from "../../server/installer/stamp.mjs";

let storage;
let shipped;

beforeEach(() => {
  storage = mkdtempSync(path.join(tmpdir(), "sourcewise-places-"));
  shipped = path.join(storage, "shipped");
  mkdirSync(shipped);
  writeFileSync(path.join(shipped, "sourcewise-0.1.0-py3-none-any.whl"), "wheel");
  writeFileSync(path.join(shipped, "constraints.txt"), "torch==2.13.0\n");
});

afterEach(() => rmSync(storage, { recursive: true }));

const placeOf = (platform = "linux") =>
  extensionPlace({ storage, shipped, interpreter: null, wheels: null, platform });

const make = (place) => {
  mkdirSync(path.dirname(place.python), { recursive: true });
  writeFileSync(place.python, "");
  writeStamp(place, place.extras);
};

describe("the extension's environment", () => {
  it("lies in global storage, and pip is given the shipped wheel", () => {
    const place = placeOf();
    assert.ok(place.folder.startsWith(path.join(storage, "python")));
    assert.match(place.installs(["embedded"])[0][0], /shipped.sourcewise-0\.1\.0-py3-none-any\.whl\[embedded\]$/);
  });

  it("has its Python where the platform keeps it", () => {
    assert.match(placeOf("linux").python, /bin.python$/);
    assert.match(placeOf("win32").python, /Scripts.python\.exe$/);
  });

  it("stays in its folder when an update brings another wheel, but has to be set up", () => {
    const before = placeOf();
    make(before);
    assert.ok(isReady(before));
    appendFileSync(path.join(shipped, "sourcewise-0.1.0-py3-none-any.whl"), " of the update");
    assert.equal(placeOf().folder, before.folder);
    assert.ok(!isReady(placeOf()));
  });

  it("gets a folder of its own when an update brings other packages", () => {
    const before = placeOf();
    appendFileSync(path.join(shipped, "constraints.txt"), "numpy==2.4.6\n");
    assert.notEqual(placeOf().folder, before.folder);
  });

  it("cannot be made by an extension that lacks its wheel", () => {
    rmSync(path.join(shipped, "sourcewise-0.1.0-py3-none-any.whl"));
    assert.throws(placeOf, { message: /lacks its own Python package/ });
  });
});

describe("older environments", () => {
  const folders = () => ["old", "new"].map((name) => path.join(storage, "python", name));

  beforeEach(() => folders().forEach((folder) => mkdirSync(folder, { recursive: true })));

  it("are removed when nobody runs from them", () => {
    const [old, current] = folders();
    removeOthers(current);
    assert.deepEqual([existsSync(old), existsSync(current)], [false, true]);
  });

  it("stay while a window runs from them, until it gives them back", () => {
    const [old, current] = folders();
    const giveBack = takeLease(old, process.pid);
    removeOthers(current);
    assert.ok(existsSync(old));
    giveBack();
    removeOthers(current);
    assert.ok(!existsSync(old));
  });

  it("are not kept by a window that died", async () => {
    const [old, current] = folders();
    const window = spawn(process.execPath, ["-e", ""]);
    takeLease(old, window.pid);
    await once(window, "exit");
    removeOthers(current);
    assert.ok(!existsSync(old));
  });
});
