import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { pythonOf, sourceServer } from "../../../extension/src/environment/development";

const folder = path.join(path.sep, "nowhere", "repository");
const variables = { SOURCEWISE_DEBUG_PORT: "5678" };

describe("the server from the sources", () => {
  it("runs in the repository's environment, with the port of the debugger", () => {
    const sources = sourceServer({ folder, isInDevelopment: true }, variables);
    expect(sources?.python).toMatch(/^.*repository.*\.venv.*python(\.exe)?$/);
    expect(sources?.script).toBe(path.join(folder, "server", "debugged_server.py"));
    expect(sources?.debugPort).toBe(5678);
  });

  it("is never run by an installed extension, whatever the variables say", () => {
    expect(sourceServer({ folder, isInDevelopment: false }, variables)).toBeUndefined();
  });

  it("is not run without a port", () => {
    for (const port of [undefined, "", "0", "-1", "1.5", "debug"])
      expect(sourceServer({ folder, isInDevelopment: true }, { SOURCEWISE_DEBUG_PORT: port })).toBeUndefined();
  });

  it("asks for the environment where there is none", () => {
    const sources = sourceServer({ folder, isInDevelopment: true }, variables);
    expect(() => sources && pythonOf(sources)).toThrow(/no Python/);
  });

  it("starts a script that is there", () => {
    const root = path.join(import.meta.dirname, "..", "..", "..");
    const sources = sourceServer({ folder: root, isInDevelopment: true }, variables);
    expect(existsSync(sources?.script ?? "")).toBe(true);
  });
});
