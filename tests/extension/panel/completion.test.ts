import { describe, expect, it } from "vitest";
import { completesFromIndex, completionsOf } from "../../../extension/src/panel/completion";
import { NO_CHOICES } from "../../../extension/src/panel/filters";
import type { Entry, Folder, Situated } from "../../../extension/src/panel/scope";

const app: Folder = { uri: "file:///work/app", name: "app" };
const web: Folder = { uri: "file:///work/web", name: "web" };
const lines = { uri: "file:///work/app/src/auth.py", startLine: 3, endLine: 9 };
const situated: Situated = {
  folders: [app],
  file: { folder: app, path: "src/auth.py" },
  selection: { lines, name: "src/auth.py:3-9" },
};
const files: Entry[] = ["src/auth.py", "src/my notes.md", 'src/a"b.py', "tests/test_auth.py"].map((path) => ({
  folder: app,
  path,
}));

const choices = {
  languages: ["python", "typescript", "tsx"],
  kinds: ["method", "class"],
  branches: ["main", "feature/login"],
};

function inserts(word: string, where = situated, among = files): string[] {
  return completionsOf(word, where, among, choices).map(({ insert }) => insert);
}

describe("the completion of a word", () => {
  it("offers the words first, with what they mean now", () => {
    expect(completionsOf("@", situated, [], NO_CHOICES).map(({ label, detail }) => [label, detail])).toEqual([
      ["@file", "src/auth.py"],
      ["@folder", "src/"],
      ["@selection", "src/auth.py:3-9"],
      ["@lang:", "files in a language"],
      ["@kind:", "definitions of a kind"],
      ["@changed:", "files changed since a branch, tag or commit"],
    ]);
  });

  it("says where they mean nothing", () => {
    const nothing = completionsOf("@", { folders: [app], file: undefined, selection: undefined }, [], NO_CHOICES);
    expect(nothing.slice(0, 3).map(({ detail }) => detail)).toEqual([
      "no file of the workspace is open",
      "no file of the workspace is open",
      "nothing is selected",
    ]);
  });

  it("then offers files and their folders, each once", () => {
    const offered = inserts("@").slice(6);
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
    expect(completionsOf("@tests/", situated, files, NO_CHOICES)).toContainEqual({
      insert: "@tests/test_auth.py",
      label: "test_auth.py",
      detail: "tests/test_auth.py",
    });
  });

  it("names the folder of the workspace where there are several", () => {
    const both = { ...situated, folders: [app, web] };
    expect(inserts("@page", both, [{ folder: web, path: "page.ts" }])).toEqual(["@web/page.ts"]);
  });

  it("goes on after a word that is to be given something", () => {
    expect(completionsOf("@ki", situated, [], choices)).toEqual([
      { insert: "@kind:", label: "@kind:", detail: "definitions of a kind", unfinished: true },
    ]);
    expect(completionsOf("@kind:", situated, files, choices)).toEqual([
      { insert: "@kind:method", label: "method", detail: "kind" },
      { insert: "@kind:class", label: "class", detail: "kind" },
    ]);
  });

  it("finds what a filter can be given by letters of it", () => {
    expect(inserts("@lang:script")).toEqual(["@lang:typescript"]);
    expect(inserts("@changed:log")).toEqual(["@changed:feature/login"]);
    expect(inserts("@lang:cobol")).toEqual([]);
  });

  it("takes from the index what only the index knows", () => {
    expect(["@lang:", "@changed:ma"].map(completesFromIndex)).toEqual([true, true]);
    expect(["@", "@la", "@src/lang"].map(completesFromIndex)).toEqual([false, false, false]);
  });

  it("offers no more than fit into a list", () => {
    const many = Array.from({ length: 500 }, (_, number) => ({ folder: app, path: `file${number}.py` }));
    expect(inserts("@", situated, many)).toHaveLength(20);
    expect(inserts("@file", situated, many)).toHaveLength(20);
  });
});
