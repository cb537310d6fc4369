import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { findPython } from "../../server/python.mjs";

const SCRIPT = fileURLToPath(new URL("../../server/hold_lock.py", import.meta.url));
const PYTHON = findPython(process.env, process.platform).executable;

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

  it("is held at once when nobody has it", async () => {
    assert.equal(await hold().state(), "held");
  });

  it("makes a second process wait until the first gives it back", async () => {
    const first = hold();
    assert.equal(await first.state(), "held");
    const second = hold();
    assert.equal(await second.state(), "waiting");
    first.child.stdin.end();
    assert.equal(await second.state(), "held");
  });

  it("is free again when its holder was killed", async () => {
    const first = hold();
    assert.equal(await first.state(), "held");
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    assert.equal(await hold().state(), "held");
  });
});
