import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { interpreterCandidates, outsideOf, pathFromSetting } from "../../../extension/src/environment/interpreters";

const NONE = { environmentsExtension: undefined, pythonExtension: undefined };

const commandLines = (active: Parameters<typeof interpreterCandidates>[0], platform = "linux"): string[] =>
  interpreterCandidates(active, platform).map(({ command, args }) => [command, ...args].join(" "));

describe("the order of interpreters", () => {
  it("is the Python extensions' own, then those on the PATH, then uv's", () => {
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

  it("asks an interpreter that both extensions name once", () => {
    const active = { environmentsExtension: "/active/python", pythonExtension: "/active/python" };
    expect(commandLines(active).slice(0, 2)).toEqual(["/active/python", "python3.13"]);
  });

  it("does without the extensions", () => {
    expect(commandLines(NONE)[0]).toBe("python3.13");
  });

  it("has the launcher before uv on Windows", () => {
    expect(commandLines(NONE, "win32").slice(-2)[0]).toBe("py -3");
  });

  it("gives uv the time to download", () => {
    const slow = interpreterCandidates(NONE, "linux").filter(({ mayDownload }) => mayDownload);
    expect(slow.map(({ command }) => command)).toEqual(["uv"]);
  });
});

describe("an interpreter of the workspace", () => {
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

  /** What is taken of this interpreter, and what is refused, when a window has these folders open. */
  function taken(pythonExtension: string, folders = [workspace]): [string | undefined, string[]] {
    const refused: string[] = [];
    const active = outsideOf({ ...NONE, pythonExtension }, folders, (interpreter) => refused.push(interpreter));
    return [active.pythonExtension, refused];
  }

  const isRefused = (interpreter: string, folders?: string[]): void =>
    expect(taken(interpreter, folders)).toEqual([undefined, [interpreter]]);

  it("is not taken, and the next is", () => {
    const active = { environmentsExtension: at("ws/.venv/bin/python"), pythonExtension: at("opt/bin/python") };
    const own = outsideOf(active, [workspace], () => undefined);
    expect(commandLines(own).slice(0, 2)).toEqual([at("opt/bin/python"), "python3.13"]);
  });

  it("is not taken from another folder of the window", () => isRefused(at("ws2/bin/python"), [workspace, at("ws2")]));

  it("is not taken over a way with dots", () => isRefused(at("opt") + "/../ws/.venv/bin/python"));

  it("is not taken when it is a link to one outside, beside whose link the workspace's files are read", () => {
    symlinkSync(at("opt/bin/python"), at("ws/.venv/bin/python3"));
    isRefused(at("ws/.venv/bin/python3"));
  });

  it("is not taken through a link outside", () => {
    symlinkSync(at("ws/.venv/bin/python"), at("opt/bin/python3"));
    isRefused(at("opt/bin/python3"));
  });

  it("is not taken through a linked folder, though its file is a link out again", () => {
    symlinkSync(at("opt/bin/python"), at("ws/.venv/bin/python3"));
    symlinkSync(at("ws/.venv"), at("env"));
    isRefused(at("env/bin/python3"));
  });

  it("is not taken where the workspace was opened through a link", () => {
    symlinkSync(workspace, at("opened"));
    isRefused(at("ws/.venv/bin/python"), [at("opened")]);
    isRefused(at("opened/.venv/bin/python"), [at("opened")]);
  });

  it("is not taken by a path that depends on the folder one stands in", () => isRefused(".venv/bin/python"));

  it("ends with links that go round", () => {
    symlinkSync(at("b"), at("a"));
    symlinkSync(at("a"), at("b"));
    expect(taken(at("a"))).toEqual([at("a"), []]);
  });

  it("is taken from outside, also beside a folder whose name begins alike", () => {
    expect(taken(at("opt/bin/python"))).toEqual([at("opt/bin/python"), []]);
    expect(taken(at("ws2/bin/python"))).toEqual([at("ws2/bin/python"), []]);
  });
});

describe("a path in the settings", () => {
  it("is none when there is nothing in it", () => {
    expect(pathFromSetting("  ", "/home/ada")).toBeNull();
  });

  it("may begin with the home folder", () => {
    expect(pathFromSetting("~/python/bin/python3", "/home/ada")).toBe(path.join("/home/ada", "python/bin/python3"));
    expect(pathFromSetting("~", "/home/ada")).toBe(path.join("/home/ada"));
  });

  it("is none when it is no text", () => {
    expect(pathFromSetting({ path: "/evil" }, "/home/ada")).toBeNull();
  });

  it("is taken as it stands otherwise, without blanks around it", () => {
    expect(pathFromSetting(" /opt/~ada/python ", "/home/ada")).toBe("/opt/~ada/python");
    expect(pathFromSetting("~ada/python", "/home/ada")).toBe("~ada/python");
  });
});
