/** Settings from a hostile workspace. The fake VS Code merges them like versions that apply scopes only to full names. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import manifest from "../../package.json";

type Tree = Record<string, unknown>;

const PROPERTIES: Record<string, { default: unknown; scope: string }> = Object.fromEntries(
  manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties)),
);

let user: Tree;
let workspace: Tree;

beforeEach(() => {
  user = {};
  workspace = {};
});

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** Converts dotted names to a tree. An object value is kept as a whole, as in the settings file. */
function treeOf(settings: Tree): Tree {
  const tree: Tree = {};
  for (const [name, value] of Object.entries(settings)) {
    const path = name.split(".");
    const last = path.pop() ?? "";
    const parent = path.reduce<Tree>((at, part) => (at[part] = isTree(at[part]) ? at[part] : {}), tree);
    parent[last] = isTree(value) && isTree(parent[last]) ? merged(parent[last], value) : value;
  }
  return tree;
}

function merged(under: Tree, over: Tree): Tree {
  const both = Object.entries(over).map(([name, value]) => {
    const below = under[name];
    return [name, isTree(value) && isTree(below) ? merged(below, value) : value];
  });
  return { ...under, ...(Object.fromEntries(both) as Tree) };
}

const at = (tree: Tree, name: string): unknown =>
  name.split(".").reduce<unknown>((value, part) => (isTree(value) ? value[part] : undefined), tree);

vi.mock("vscode", () => ({
  workspace: {
    getConfiguration: (section: string) => {
      const allowed = Object.entries(workspace).filter(([name]) => PROPERTIES[name]?.scope !== "machine");
      const defaults = treeOf(
        Object.fromEntries(Object.entries(PROPERTIES).map(([name, spec]) => [name, spec.default])),
      );
      const [ofUser, ofWorkspace] = [treeOf(user), treeOf(Object.fromEntries(allowed))];
      const all = merged(merged(defaults, ofUser), ofWorkspace);
      return {
        ...(at(all, section) as Tree),
        get: (name: string) => at(all, `${section}.${name}`),
        inspect: (name: string) => ({
          defaultValue: at(defaults, `${section}.${name}`),
          globalValue: at(ofUser, `${section}.${name}`),
          workspaceValue: at(ofWorkspace, `${section}.${name}`),
        }),
      };
    },
  },
}));

const { serverSettings, settingOf, settingsMiddleware } = await import("../../extension/src/settings");

const configurationResponse = async (): Promise<unknown> => {
  const params = { items: [{ section: "sourcewise" }, { section: "editor" }] };
  return settingsMiddleware.workspace?.configuration?.(params, {} as never, (() => []) as never);
};

describe("a workspace", () => {
  it.each<[string, Tree]>([
    ["by its full name", { "sourcewise.llm.model": "big:cloud" }],
    ["in a group", { "sourcewise.llm": { model: "big:cloud" } }],
    ["in the whole section", { sourcewise: { llm: { model: "big:cloud" } } }],
    ["under a dotted name in the section", { sourcewise: { "llm.model": "big:cloud" } }],
    ["by a value instead of the group", { "sourcewise.llm": 5 }],
  ])("cannot choose the model: %s", async (_, settings) => {
    user = { "sourcewise.llm.model": "mine" };
    workspace = settings;
    expect(serverSettings()["llm.model"]).toBe("mine");
    expect(await configurationResponse()).toEqual([serverSettings(), null]);
    expect(JSON.stringify(serverSettings())).not.toContain("cloud");
  });

  it.each<[string, Tree]>([
    ["python.interpreter", { "sourcewise.python": { interpreter: "./evil" } }],
    ["python.wheels", { "sourcewise.python": { wheels: "./evil" } }],
    ["llm.endpoint", { sourcewise: { llm: { endpoint: "./evil" } } }],
    ["vectors.server", { "sourcewise.vectors": { server: "./evil" } }],
    ["embedding.model", { "sourcewise.embedding": { model: "./evil" } }],
    ["index.maxFileBytes", { "sourcewise.index": { maxFileBytes: "./evil" } }],
  ])("cannot set %s", (name, settings) => {
    workspace = settings;
    expect(settingOf(name)).toBe(PROPERTIES[`sourcewise.${name}`]?.default);
  });

  it("can turn hovers off", () => {
    workspace = { "sourcewise.hover.enabled": false };
    expect(serverSettings()["hover.enabled"]).toBe(false);
  });
});

describe("the server", () => {
  it("receives the user's values and the defaults, but none of the extension's own settings", () => {
    user = { "sourcewise.retrieval.top": 3, "sourcewise.python.wheels": "/w", "sourcewise.trace.server": "verbose" };
    const sent = serverSettings();
    expect(sent).toMatchObject({ "retrieval.top": 3, "llm.model": "codellama", "cache.maxDays": 120 });
    expect(Object.keys(sent).filter((name) => /^(python|trace)\./.test(name))).toEqual([]);
  });
});
