import { describe, expect, it } from "vitest";
import { COMMAND_IDS } from "../../extension/src/commandIds";
import { menuOf } from "../../extension/src/features/statusText";
import manifest from "../../package.json";

const declared = manifest.contributes.commands.map(({ command }) => command);

describe("the commands", () => {
  it("match the commands in the manifest", () => {
    expect([...COMMAND_IDS].sort()).toEqual([...declared].sort());
  });

  it("include every command used by menus, key bindings and the walkthrough", () => {
    const text = JSON.stringify({ ...manifest.contributes, commands: [], configuration: [] });
    const named = [...text.matchAll(/"command": ?"(sourcewise\.\w+)"|[(:](?:onCommand:|command:)(sourcewise\.\w+)/g)];
    expect(named.length).toBeGreaterThan(10);
    for (const [, command, link] of named) expect(declared).toContain(command ?? link);
  });

  it("include every command of the status bar menu except the editor's settings command", () => {
    const offered = (["stopped", "running"] as const)
      .flatMap((kind) => menuOf({ kind }, null))
      .map(({ command }) => command);
    const foreign = offered.filter((command) => !declared.includes(command));
    expect(new Set(foreign)).toEqual(new Set(["workbench.action.openSettings"]));
  });
});
