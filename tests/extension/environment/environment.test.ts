import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  EnvironmentSetup,
  type EnvironmentState,
  type Installation,
} from "../../../extension/src/environment/environmentSetup";
import { type InstallationListener, runInstaller } from "../../../extension/src/environment/installerProcess";
import { isCancelled, UserError } from "../../../extension/src/userError";

/** A fake installer. The `interpreter` of the request selects its behaviour. */
const INSTALLER = `
  const { spawn } = require("node:child_process");
  const scripts = {
    makes({ storage }) {
      process.send({ type: "progress", message: "3/4 torch", fraction: 0.5 });
      process.send({ type: "log", line: "Collecting torch" });
      console.log("from standard output");
      process.send({ type: "ready", python: storage + "/python" });
    },
    fails() {
      process.send({ type: "failed", message: "There is no Python.", hint: "Install one." });
    },
    dies() {
      process.exit(7);
    },
    hangs() {
      const pip = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
      process.send({ type: "progress", message: String(pip.pid), fraction: 0.1 });
      setInterval(() => {}, 1000);
    },
    variables() {
      process.send({ type: "log", line: JSON.stringify(process.env) });
      process.send({ type: "ready", python: "" });
    },
  };
  process.once("message", (request) => {
    scripts[request.interpreter](request);
    if (request.interpreter !== "hangs") process.disconnect();
  });`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sourcewise-setup-"));
  writeFileSync(path.join(folder, "installer.cjs"), INSTALLER);
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the fake installer in a real process with the behaviour of this name. */
function run(name: string, listener: InstallationListener, signal: AbortSignal): Promise<string> {
  const request = { storage: folder, shipped: folder, interpreter: name, wheels: null, candidates: [] };
  return runInstaller(path.join(folder, "installer.cjs"), request, listener, signal);
}

/** An installation with a real process and a fake disk. */
class ScriptedInstallation implements Installation {
  found: string | undefined;
  runs = 0;
  readonly logged: string[] = [];

  constructor(public script: string) {}

  find(): string | undefined {
    return this.found;
  }

  install(listener: InstallationListener, signal: AbortSignal): Promise<string> {
    this.runs += 1;
    return run(this.script, listener, signal);
  }

  log(line: string): void {
    this.logged.push(line);
  }
}

function setUpOf(installation: Installation): { setup: EnvironmentSetup; states: EnvironmentState[] } {
  const setup = new EnvironmentSetup(installation);
  const states: EnvironmentState[] = [];
  setup.onDidChange((state) => states.push(state));
  return { setup, states };
}

/** Resolves to the ID of the process that the installer starts. */
async function startedProcess(states: EnvironmentState[]): Promise<number> {
  return vi.waitFor(() => {
    const state = states.at(-1);
    if (state?.kind !== "working" || state.fraction === null) throw new Error("not started yet");
    return Number(state.message);
  }, 10_000);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("an existing environment", () => {
  it("is found without an installation", async () => {
    const installation = new ScriptedInstallation("makes");
    const { setup } = setUpOf(installation);
    expect(setup.find()).toBeUndefined();
    expect(setup.state).toEqual({ kind: "unknown" });
    installation.found = "/storage/python";
    expect(setup.find()).toBe("/storage/python");
    expect(await setup.ensure()).toBe("/storage/python");
    expect([setup.state.kind, installation.runs]).toEqual(["ready", 0]);
  });

  it("that cannot be checked results in a failure with a message", () => {
    const installation = new ScriptedInstallation("makes");
    installation.find = () => {
      throw new UserError("The extension's Python package is missing.", "Reinstall Sourcewise.");
    };
    const { setup } = setUpOf(installation);
    expect(setup.find()).toBeUndefined();
    expect(setup.state).toMatchObject({ kind: "failed", hint: "Reinstall Sourcewise." });
  });
});

describe("creating an environment", () => {
  it("reports its progress and resolves to the Python", async () => {
    const installation = new ScriptedInstallation("makes");
    const { setup, states } = setUpOf(installation);
    expect(await setup.ensure()).toBe(`${folder}/python`);
    expect(states).toEqual([
      { kind: "working", message: "Looking for a Python interpreter", fraction: null },
      { kind: "working", message: "3/4 torch", fraction: 0.5 },
      { kind: "ready", python: `${folder}/python` },
    ]);
    expect(installation.logged).toContain("Collecting torch");
  });

  it("runs once for concurrent calls", async () => {
    const installation = new ScriptedInstallation("makes");
    const { setup } = setUpOf(installation);
    const pythons = await Promise.all([setup.ensure(), setup.ensure(), setup.ensure()]);
    expect(new Set(pythons).size).toBe(1);
    expect(installation.runs).toBe(1);
  });

  it("reports a failure with its hint to the caller, in the state and in the log", async () => {
    const installation = new ScriptedInstallation("fails");
    const { setup } = setUpOf(installation);
    await expect(setup.ensure()).rejects.toMatchObject({ message: "There is no Python.", hint: "Install one." });
    expect(setup.state).toEqual({ kind: "failed", message: "There is no Python.", hint: "Install one." });
    expect(installation.logged).toContain("There is no Python. Install one.");
  });

  it("fails if the process dies, and can be retried", async () => {
    const installation = new ScriptedInstallation("dies");
    const { setup } = setUpOf(installation);
    await expect(setup.ensure()).rejects.toThrow(/ended unexpectedly \(exit code 7\)/);
    expect(setup.state.kind).toBe("failed");
    installation.script = "makes";
    expect(await setup.ensure()).toBe(`${folder}/python`);
  });

  it("does not pass on the user's Python variables", async () => {
    vi.stubEnv("PYTHONHOME", "/elsewhere");
    const lines: string[] = [];
    const listener = { progress: () => undefined, log: (line: string) => lines.push(line) };
    await run("variables", listener, new AbortController().signal);
    vi.unstubAllEnvs();
    const variables = JSON.parse(lines[0] ?? "") as Record<string, string>;
    expect(variables).not.toHaveProperty("PYTHONHOME");
    expect(variables).toMatchObject({ PATH: process.env.PATH, PIP_USER: "0" });
  });
});

describe("cancelling", () => {
  it("kills the installer and its child processes, and allows another run", async () => {
    const installation = new ScriptedInstallation("hangs");
    const { setup, states } = setUpOf(installation);
    const python = setup.ensure();
    const pip = await startedProcess(states);
    expect(isAlive(pip)).toBe(true);
    setup.cancel();
    await expect(python).rejects.toSatisfy(isCancelled);
    expect(setup.state).toEqual({ kind: "cancelled" });
    await vi.waitFor(() => expect(isAlive(pip)).toBe(false), 10_000);
    installation.script = "makes";
    expect(await setup.ensure()).toBe(`${folder}/python`);
  });

  it("does nothing if no setup is running", () => {
    const { setup } = setUpOf(new ScriptedInstallation("makes"));
    setup.cancel();
    expect(setup.state).toEqual({ kind: "unknown" });
  });

  it("happens when the extension is disposed of", async () => {
    const { setup, states } = setUpOf(new ScriptedInstallation("hangs"));
    const python = setup.ensure();
    const pip = await startedProcess(states);
    setup.dispose();
    await expect(python).rejects.toSatisfy(isCancelled);
    await vi.waitFor(() => expect(isAlive(pip)).toBe(false), 10_000);
  });
});
