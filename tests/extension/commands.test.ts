import { describe, expect, it } from "vitest";
import { COMMAND_IDS } from "../../extension/src/commandIds";
import { menuOf } from "../../extension/src/features/statusText";
import manifest from "../../package.json";

const declared = manifest.contributes.commands.map(({ command }) => command);

describe("the commands", () => {
  it("are those that the manifest declares", () => {
    expect([...COMMAND_IDS].sort()).toEqual([...declared].sort());
  });

  it("are the only ones that menus, keys and the walkthrough name", () => {
    const text = JSON.stringify({ ...manifest.contributes, commands: [], configuration: [] });
    const named = [...text.matchAll(/"command": ?"(sourcewise\.\w+)"|[(:](?:onCommand:|command:)(sourcewise\.\w+)/g)];
    expect(named.length).toBeGreaterThan(10);
    for (const [, command, link] of named) expect(declared).toContain(command ?? link);
  });

  it("are the only ones that the status bar's menu runs, but for the editor's own settings", () => {
    const offered = (["stopped", "running"] as const)
      .flatMap((kind) => menuOf({ kind }, null))
      .map(({ command }) => command);
    const foreign = offered.filter((command) => !declared.includes(command));
    expect(new Set(foreign)).toEqual(new Set(["workbench.action.openSettings"]));
  });
});
