import path from "node:path";
import { describe, expect, it } from "vitest";
import { interpreterCandidates, pathFromSetting } from "../../extension/src/interpreters";

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

describe("a path in the settings", () => {
  it("is none when there is nothing in it", () => {
    expect(pathFromSetting("  ", "/home/ada")).toBeNull();
  });

  it("may begin with the home folder", () => {
    expect(pathFromSetting("~/python/bin/python3", "/home/ada")).toBe(path.join("/home/ada", "python/bin/python3"));
    expect(pathFromSetting("~", "/home/ada")).toBe(path.join("/home/ada"));
  });

  it("is taken as it stands otherwise, without blanks around it", () => {
    expect(pathFromSetting(" /opt/~ada/python ", "/home/ada")).toBe("/opt/~ada/python");
    expect(pathFromSetting("~ada/python", "/home/ada")).toBe("~ada/python");
  });
});
