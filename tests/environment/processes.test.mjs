import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { capture, passThrough } from "../../server/processes.mjs";

const MODULE = new URL("../../server/processes.mjs", import.meta.url).href;

/** Counts the interrupts it gets, tells of each signal, and ends on SIGTERM. */
const CHILD = `
  process.on("SIGINT", () => console.log("child SIGINT"));
  process.on("SIGTERM", () => { console.log("child SIGTERM"); setTimeout(() => process.exit(5), 100); });
  setInterval(() => {}, 1000);
  console.log("child ready");`;

const PARENT = `
  import { passThrough } from ${JSON.stringify(MODULE)};
  process.exitCode = await passThrough(process.execPath, ["-e", ${JSON.stringify(CHILD)}], { cwd: "." });`;

describe("capturing a program's output", () => {
  it("gives what it wrote and how it ended", () => {
    const { status, stdout } = capture(process.execPath, ["-e", "console.log('out'); process.exitCode = 4"]);
    assert.deepEqual({ status, stdout }, { status: 4, stdout: "out\n" });
  });

  it("tells when there is no such program", () => {
    assert.equal(capture("sourcewise-has-no-such-program", []).status, 127);
  });
});

describe("a program run in our place", () => {
  it("gives its exit code", async () => {
    assert.equal(await passThrough(process.execPath, ["-e", "process.exit(9)"], { cwd: "." }), 9);
  });

  it("ended by a signal gives 128 plus its number", { skip: process.platform === "win32" }, async () => {
    assert.equal(
      await passThrough(process.execPath, ["-e", "process.kill(process.pid, 'SIGKILL')"], { cwd: "." }),
      137,
    );
  });

  it("gets each signal once, and is waited for", { skip: process.platform === "win32" }, async () => {
    // A process group of its own, as a terminal gives to what runs in its foreground.
    const args = ["--input-type=module", "-e", PARENT];
    const parent = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(parent, "exit");
    const seen = [];
    for await (const line of createInterface(parent.stdout)) {
      seen.push(line);
      if (line === "child ready") process.kill(-parent.pid, "SIGINT");
      if (line === "child SIGINT") process.kill(parent.pid, "SIGTERM");
    }
    assert.deepEqual(seen, ["child ready", "child SIGINT", "child SIGTERM"]);
    assert.deepEqual(await ended, [5, null]);
  });
});
