import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  interpreterCandidates,
  pathFromSetting,
  withoutWorkspaceInterpreters,
} from "../../../extension/src/environment/interpreters";

const NONE = { environmentsExtension: undefined, pythonExtension: undefined };

const commandLines = (active: Parameters<typeof interpreterCandidates>[0], platform = "linux"): string[] =>
  interpreterCandidates(active, platform).map(({ command, args }) => [command, ...args].join(" "));

describe("the order of interpreters", () => {
  it("starts with the Python extensions, then the PATH, then uv", () => {
    const active = { environmentsExtension: "/envs/python", pythonExtension: "/active/python" };
    expect(commandLines(active)).toEqual([
      "/envs/python",
      "/active/python",
      "python3.13",
      "python3.12",
      "python3.11",
      "python3",
      "python",
      "uv run --no-project --python >=3.11,<3.15 python",
    ]);
  });

  it("contains an interpreter that both extensions name only once", () => {
    const active = { environmentsExtension: "/active/python", pythonExtension: "/active/python" };
    expect(commandLines(active).slice(0, 2)).toEqual(["/active/python", "python3.13"]);
  });

  it("works without the extensions", () => {
    expect(commandLines(NONE)[0]).toBe("python3.13");
  });

  it("contains the py launcher before uv on Windows", () => {
    expect(commandLines(NONE, "win32").slice(-2)[0]).toBe("py -3");
  });

  it("allows only uv the time for a download", () => {
    const slow = interpreterCandidates(NONE, "linux").filter(({ mayDownload }) => mayDownload);
    expect(slow.map(({ command }) => command)).toEqual(["uv"]);
  });
});

describe("an interpreter inside the workspace", () => {
  let root: string;
  let workspace: string;
  const at = (...parts: string[]): string => path.join(root, ...parts);

  beforeEach(() => {
    root = realpathSync(mkdtempSync(path.join(tmpdir(), "sourcewise-python-")));
    workspace = at("ws");
    for (const folder of ["ws/.venv/bin", "ws2/bin", "opt/bin"]) mkdirSync(at(folder), { recursive: true });
    for (const file of ["ws/.venv/bin/python", "ws2/bin/python", "opt/bin/python"]) writeFileSync(at(file), "");
  });

  afterEach(() => rmSync(root, { recursive: true }));

  /** Returns the accepted interpreter and the refused ones for a window with these folders. */
  function accepted(pythonExtension: string, folders = [workspace]): [string | undefined, string[]] {
    const refused: string[] = [];
    const active = withoutWorkspaceInterpreters({ ...NONE, pythonExtension }, folders, (interpreter) =>
      refused.push(interpreter),
    );
    return [active.pythonExtension, refused];
  }

  const isRefused = (interpreter: string, folders?: string[]): void =>
    expect(accepted(interpreter, folders)).toEqual([undefined, [interpreter]]);

  it("is refused in favour of the next one", () => {
    const active = { environmentsExtension: at("ws/.venv/bin/python"), pythonExtension: at("opt/bin/python") };
    const own = withoutWorkspaceInterpreters(active, [workspace], () => undefined);
    expect(commandLines(own).slice(0, 2)).toEqual([at("opt/bin/python"), "python3.13"]);
  });

  it("is refused in any folder of the window", () => isRefused(at("ws2/bin/python"), [workspace, at("ws2")]));

  it("is refused if its path contains ..", () => isRefused(at("opt") + "/../ws/.venv/bin/python"));

  it("is refused if it is a link to one outside, because Python reads the files next to the link", () => {
    symlinkSync(at("opt/bin/python"), at("ws/.venv/bin/python3"));
    isRefused(at("ws/.venv/bin/python3"));
  });

  it("is refused through a link outside", () => {
    symlinkSync(at("ws/.venv/bin/python"), at("opt/bin/python3"));
    isRefused(at("opt/bin/python3"));
  });

  it("is refused through a linked folder even if its file is a link to one outside", () => {
    symlinkSync(at("opt/bin/python"), at("ws/.venv/bin/python3"));
    symlinkSync(at("ws/.venv"), at("env"));
    isRefused(at("env/bin/python3"));
  });

  it("is refused if the workspace was opened through a link", () => {
    symlinkSync(workspace, at("opened"));
    isRefused(at("ws/.venv/bin/python"), [at("opened")]);
    isRefused(at("opened/.venv/bin/python"), [at("opened")]);
  });

  it("is refused if its path is relative", () => isRefused(".venv/bin/python"));

  it("does not loop forever on circular links", () => {
    symlinkSync(at("b"), at("a"));
    symlinkSync(at("a"), at("b"));
    expect(accepted(at("a"))).toEqual([at("a"), []]);
  });

  it("is accepted outside, even in a folder whose name has the same prefix", () => {
    expect(accepted(at("opt/bin/python"))).toEqual([at("opt/bin/python"), []]);
    expect(accepted(at("ws2/bin/python"))).toEqual([at("ws2/bin/python"), []]);
  });
});

describe("a path in the settings", () => {
  it("is null if it is blank", () => {
    expect(pathFromSetting("  ", "/home/ada")).toBeNull();
  });

  it("may start with ~ for the home folder", () => {
    expect(pathFromSetting("~/python/bin/python3", "/home/ada")).toBe(path.join("/home/ada", "python/bin/python3"));
    expect(pathFromSetting("~", "/home/ada")).toBe(path.join("/home/ada"));
  });

  it("is null if it is not a string", () => {
    expect(pathFromSetting({ path: "/evil" }, "/home/ada")).toBeNull();
  });

  it("is otherwise only trimmed", () => {
    expect(pathFromSetting(" /opt/~ada/python ", "/home/ada")).toBe("/opt/~ada/python");
    expect(pathFromSetting("~ada/python", "/home/ada")).toBe("~ada/python");
  });
});
