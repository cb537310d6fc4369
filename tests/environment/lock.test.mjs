import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { findPython, namedPythons } from "../../server/installer/python.mjs";

const SCRIPT = fileURLToPath(new URL("../../server/installer/hold_lock.py", import.meta.url));
const PYTHON = findPython({ chosen: null, candidates: namedPythons(process.platform), wording: {} }).executable;

/** Acquires the lock, starts a program that outlives this process, as pip does, and prints its pid. */
const INSTALLER = `
  import { spawn } from "node:child_process";
  import { acquireLock } from ${JSON.stringify(new URL("../../server/installer/lock.mjs", import.meta.url).href)};
  const [python, lock] = process.argv.slice(1);
  const { pipe } = await acquireLock(python, { lock, lockScript: ${JSON.stringify(SCRIPT)} }, () => {});
  const stdio = ["ignore", "ignore", "ignore", pipe];
  console.log(spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio }).pid);`;

describe("the lock of the environment", () => {
  let folder;
  let holders;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sourcewise-lock-"));
    holders = [];
  });

  afterEach(() => {
    for (const { child } of holders) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  const hold = () => {
    const child = spawn(PYTHON, ["-I", SCRIPT, path.join(folder, "lock")], { stdio: ["pipe", "pipe", "inherit"] });
    const states = createInterface(child.stdout)[Symbol.asyncIterator]();
    const holder = { child, state: async () => (await states.next()).value };
    holders.push(holder);
    return holder;
  };

  it("is acquired at once when it is free", async () => {
    assert.equal(await hold().state(), "held");
  });

  it("makes a second process wait until the first releases it", async () => {
    const first = hold();
    assert.equal(await first.state(), "held");
    const second = hold();
    assert.equal(await second.state(), "waiting");
    first.child.stdin.end();
    assert.equal(await second.state(), "held");
  });

  it("is free again after its holder was killed", async () => {
    const first = hold();
    assert.equal(await first.state(), "held");
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    assert.equal(await hold().state(), "held");
  });

  it("is kept by a program that inherited it, even after the process that acquired it was killed", async () => {
    const args = ["--input-type=module", "-e", INSTALLER, PYTHON, path.join(folder, "lock")];
    const installer = spawn(process.execPath, args);
    const [started] = await once(createInterface(installer.stdout), "line");
    holders.push({ child: { kill: () => endQuietly(started) } });
    installer.kill("SIGKILL");
    await once(installer, "exit");
    const next = hold();
    assert.equal(await next.state(), "waiting");
    endQuietly(started);
    assert.equal(await next.state(), "held");
  });
});

function endQuietly(pid) {
  try {
    process.kill(Number(pid), "SIGKILL");
  } catch (error) {
    assert.equal(error.code, "ESRCH");
  }
}
