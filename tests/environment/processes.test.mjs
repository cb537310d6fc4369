import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "node:test";
import { capture, killTree, passThrough, reportLines } from "../../server/installer/processes.mjs";

const MODULE = new URL("../../server/installer/processes.mjs", import.meta.url).href;

/** Prints each signal that it receives and exits on SIGTERM. */
const CHILD = `
  process.on("SIGINT", () => console.log("child SIGINT"));
  process.on("SIGTERM", () => { console.log("child SIGTERM"); setTimeout(() => process.exit(5), 100); });
  setInterval(() => {}, 1000);
  console.log("child ready");`;

const PARENT = `
  import { passThrough } from ${JSON.stringify(MODULE)};
  process.exitCode = await passThrough(process.execPath, ["-e", ${JSON.stringify(CHILD)}], { cwd: "." });`;

describe("capturing a program's output", () => {
  it("returns its standard output and exit code", () => {
    const { status, stdout } = capture(process.execPath, ["-e", "console.log('out'); process.exitCode = 4"]);
    assert.deepEqual({ status, stdout }, { status: 4, stdout: "out\n" });
  });

  it("stops waiting at the timeout", () => {
    assert.equal(capture(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { timeout: 100 }).status, 127);
  });

  it("returns status 127 when the program does not exist", () => {
    assert.equal(capture("sourcewise-has-no-such-program", []).status, 127);
  });
});

describe("passing the terminal through to a program", () => {
  it("returns its exit code", async () => {
    assert.equal(await passThrough(process.execPath, ["-e", "process.exit(9)"], { cwd: "." }), 9);
  });

  it("returns 128 plus the signal number when a signal ends it", { skip: process.platform === "win32" }, async () => {
    assert.equal(
      await passThrough(process.execPath, ["-e", "process.kill(process.pid, 'SIGKILL')"], { cwd: "." }),
      137,
    );
  });

  it("delivers each signal once and waits for the program", { skip: process.platform === "win32" }, async () => {
    // Its own process group, as a terminal gives to its foreground job.
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

describe("reporting a program's lines", () => {
  it("covers both streams and a last line without a newline", async () => {
    const lines = [];
    const script = `console.log("one"); process.stderr.write("two", () => process.exit(3));`;
    const options = { stdout: "pipe", onLine: (line) => lines.push(line) };
    assert.equal(await reportLines(process.execPath, ["-e", script], options), 3);
    assert.deepEqual(lines.sort(), ["one", "two"]);
  });
});

describe("a program in the current folder", { skip: process.platform === "win32" }, () => {
  const names = ["python3", "uv", "nvidia-smi", "code"];

  /** Runs a script with the given PATH, in a folder that contains hostile programs with these names. */
  const runIn = (script, PATH) => {
    const folder = mkdtempSync(path.join(tmpdir(), "sourcewise-hostile-"));
    for (const name of names) {
      writeFileSync(path.join(folder, name), "#!/bin/sh\necho hostile\n");
      chmodSync(path.join(folder, name), 0o755);
    }
    const text = `import { capture, passThrough } from ${JSON.stringify(MODULE)};\n${script}`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", text], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PATH, PYTHONPATH: folder },
    });
    rmSync(folder, { recursive: true });
    return child.stdout;
  };
  const PATHS = [":/nowhere", "/nowhere:", "/nowhere::/nowhere2", ".", "", "./", "bin:."];

  it("is not run, whichever PATH entry refers to that folder", () => {
    const script = `console.log(${JSON.stringify(names)}.map((name) => capture(name, []).status).join());`;
    for (const PATH of PATHS) assert.equal(runIn(script, PATH), "127,127,127,127\n", PATH);
  });

  it("is not run by a program that the installer starts", () => {
    const inner = `"require('child_process').spawnSync('uv', { stdio: 'inherit' }).error?.code ?? 'ran'"`;
    const captured = `process.stdout.write(capture(process.execPath, ["-p", ${inner}]).stdout);`;
    const passed = `await passThrough(process.execPath, ["-p", ${inner}], { cwd: "." });`;
    for (const PATH of PATHS)
      for (const script of [captured, passed]) assert.equal(runIn(script, PATH), "ENOENT\n", PATH);
  });

  it("is reported when it is required but missing from the PATH", async () => {
    const missing = passThrough("sourcewise-has-no-such-program", [], { cwd: "." });
    await assert.rejects(missing, /sourcewise-has-no-such-program is not on the PATH/);
  });

  it("provides no modules to the Python that installs", () => {
    const program = "import sys; print('' in sys.path, [p for p in sys.path if 'hostile' in p])";
    const script = `process.stdout.write(capture("python3", ["-c", ${JSON.stringify(program)}]).stdout);`;
    assert.equal(runIn(script, `:${process.env.PATH}`), "False []\n");
  });
});

describe("killing a program", () => {
  const script = `
    const { spawn } = require("child_process");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: ["ignore", 1, 2] });
    child.on("spawn", () => console.log("started"));
    setInterval(() => {}, 1000);`;

  it("also kills the processes that it started", async () => {
    const parent = spawn(process.execPath, ["-e", script], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
    const lines = createInterface(parent.stdout);
    lines.once("line", () => killTree(parent.pid));
    // Standard output closes only when the last process that has it open is gone.
    await once(lines, "close");
  });

  it("does nothing when the program has already ended", async () => {
    const child = spawn(process.execPath, ["-e", ""], { detached: true });
    await once(child, "exit");
    killTree(child.pid);
  });
});
