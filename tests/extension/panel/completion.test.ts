import { describe, expect, it } from "vitest";
import { completionsOf } from "../../../extension/src/panel/completion";
import type { Entry, Folder, Situated } from "../../../extension/src/panel/scope";

const app: Folder = { uri: "file:///work/app", name: "app" };
const web: Folder = { uri: "file:///work/web", name: "web" };
const lines = { uri: "file:///work/app/src/auth.py", startLine: 3, endLine: 9 };
const situated: Situated = {
  folders: [app],
  file: { folder: app, path: "src/auth.py" },
  selection: { lines, name: "src/auth.py:3-9" },
};
const files: Entry[] = ["src/auth.py", "src/my notes.md", 'src/a"b.py', "tests/test_auth.py"].map((path) => ({ folder: app, path }));

function inserts(word: string, where = situated, among = files): string[] {
  return completionsOf(word, where, among).map(({ insert }) => insert);
}

describe("the completion of a word", () => {
  it("offers the three words first, with what they mean now", () => {
    expect(completionsOf("@", situated, []).map(({ label, detail }) => [label, detail])).toEqual([
      ["@file", "src/auth.py"],
      ["@folder", "src/"],
      ["@selection", "src/auth.py:3-9"],
    ]);
  });

  it("says where they mean nothing", () => {
    const nothing = completionsOf("@", { folders: [app], file: undefined, selection: undefined }, []);
    expect(nothing.map(({ detail }) => detail)).toEqual([
      "no file of the workspace is open",
      "no file of the workspace is open",
      "nothing is selected",
    ]);
  });

  it("then offers files and their folders, each once", () => {
    const offered = inserts("@").slice(3);
    expect(offered).toEqual(["@src/", "@src/auth.py", '@"src/my notes.md"', "@tests/", "@tests/test_auth.py"]);
  });

  it("finds a path by letters of it", () => {
    expect(inserts("@tauth")).toContain("@tests/test_auth.py");
    expect(inserts("@auth")[0]).toBe("@src/auth.py");
    expect(inserts("@fi")).toContain("@file");
    expect(inserts("@zzz")).toEqual([]);
  });

  it("finds a path with blanks inside of quotation marks", () => {
    expect(inserts('@"my no')).toEqual(['@"src/my notes.md"']);
  });

  it("shows the last part of a path, and all of it beside", () => {
    expect(completionsOf("@tests/", situated, files)).toContainEqual({
      insert: "@tests/test_auth.py",
      label: "test_auth.py",
      detail: "tests/test_auth.py",
    });
  });

  it("names the folder of the workspace where there are several", () => {
    const both = { ...situated, folders: [app, web] };
    expect(inserts("@page", both, [{ folder: web, path: "page.ts" }])).toEqual(["@web/page.ts"]);
  });

  it("offers no more than fit into a list", () => {
    const many = Array.from({ length: 500 }, (_, number) => ({ folder: app, path: `file${number}.py` }));
    expect(inserts("@", situated, many)).toHaveLength(20);
    expect(inserts("@file", situated, many)).toHaveLength(20);
  });
});
