import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { acquireLock } from "../../server/installer/lock.mjs";
import { extensionPlace } from "../../server/installer/places.mjs";
import { killTree } from "../../server/installer/processes.mjs";
import { findPython, namedPythons } from "../../server/installer/python.mjs";
import { writeStamp } from "../../server/installer/stamp.mjs";

const fromRoot = (file) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

describe("the extension's installer", () => {
  let request;
  let installers;

  beforeEach(() => {
    const storage = mkdtempSync(path.join(tmpdir(), "sourcewise-installer-"));
    const shipped = path.join(storage, "shipped");
    mkdirSync(shipped);
    writeFileSync(path.join(shipped, "sourcewise-1.2.3-py3-none-any.whl"), "wheel");
    cpSync(fromRoot("server/constraints.txt"), path.join(shipped, "constraints.txt"));
    cpSync(fromRoot("server/installer/hold_lock.py"), path.join(shipped, "hold_lock.py"));
    request = { storage, shipped, interpreter: null, wheels: null, candidates: namedPythons(process.platform) };
    installers = [];
  });

  afterEach(() => {
    for (const { pid } of installers) killTree(pid);
    rmSync(request.storage, { recursive: true });
  });

  const start = (changes = {}) => {
    const options = { detached: true, stdio: ["ignore", "ignore", "inherit", "ipc"] };
    const installer = fork(fromRoot("server/installer/extension_installer.mjs"), options);
    installers.push(installer);
    installer.send({ ...request, ...changes });
    return installer;
  };

  /** Resolves to the first message that fulfils the predicate. */
  const message = (installer, predicate) =>
    new Promise((resolve, reject) => {
      installer.on("message", (each) => predicate(each) && resolve(each));
      installer.on("exit", () => reject(new Error("the installer exited without that message")));
    });

  const outcome = (installer) => message(installer, ({ type }) => type === "ready" || type === "failed");

  const holdLock = (place) => {
    const { executable } = findPython({ chosen: null, candidates: request.candidates, wording: place.wording });
    return acquireLock(executable, place, () => assert.fail("another process holds the lock"));
  };

  it("names the setting when its Python does not work", async () => {
    const { type, message } = await outcome(start({ interpreter: "/nowhere/python" }));
    assert.equal(type, "failed");
    assert.match(message, /sourcewise\.python\.interpreter is not a working Python: \/nowhere\/python/);
  });

  it("explains how to get Python when none is found", async () => {
    const { message, hint } = await outcome(start({ candidates: [] }));
    assert.match(message, /needs Python 3\.11 to 3\.14, but none was found/);
    assert.match(hint, /python\.org.*choose Set Up/);
  });

  it("names the folder of wheels that does not exist", async () => {
    const { message, hint } = await outcome(start({ wheels: "/nowhere/wheels" }));
    assert.match(message, /folder of wheels does not exist: \/nowhere\/wheels/);
    assert.match(hint, /sourcewise\.python\.wheels/);
  });

  it("waits while another window sets up, then uses the resulting environment", async () => {
    const place = extensionPlace({ ...request, platform: process.platform });
    const lock = await holdLock(place);
    const installer = start();
    const ready = outcome(installer);
    await message(installer, (each) => /^Another window/.test(each.message));
    mkdirSync(path.dirname(place.python), { recursive: true });
    writeFileSync(place.python, "");
    writeStamp(place, place.extras);
    await lock.release();
    assert.deepEqual(await ready, { type: "ready", python: place.python });
  });

  it("exits with its extension, so that the next installer can start", {
    skip: process.platform === "win32",
  }, async () => {
    const place = extensionPlace({ ...request, platform: process.platform });
    const lock = await holdLock(place);
    const installer = start();
    await message(installer, (each) => /^Another window/.test(each.message));
    installer.disconnect();
    assert.deepEqual(await once(installer, "exit"), [null, "SIGKILL"]);
    await lock.release();
    await (await holdLock(place)).release();
  });
});
