import { describe, expect, it } from "vitest";
import type { FileRole } from "../../../extension/src/generated/protocol";
import { completesFromIndex, completionsOf } from "../../../extension/src/panel/completion";
import { NO_CHOICES } from "../../../extension/src/panel/filters";
import type { EditorContext, Entry, Folder } from "../../../extension/src/panel/scope";

const app: Folder = { uri: "file:///work/app", name: "app" };
const web: Folder = { uri: "file:///work/web", name: "web" };
const lines = { uri: "file:///work/app/src/auth.py", startLine: 3, endLine: 9 };
const context: EditorContext = {
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
  roles: ["code", "test"] as FileRole[],
  branches: ["main", "feature/login"],
};

function inserts(word: string, where = context, among = files): string[] {
  return completionsOf(word, where, among, choices).map(({ insert }) => insert);
}

describe("the completion of a word", () => {
  it("starts with the fixed words and their current meaning", () => {
    expect(completionsOf("@", context, [], NO_CHOICES).map(({ label, detail }) => [label, detail])).toEqual([
      ["@file", "src/auth.py"],
      ["@folder", "src/"],
      ["@selection", "src/auth.py:3-9"],
      ["@lang:", "files in a language"],
      ["@kind:", "definitions of a kind"],
      ["@role:", "files with a role, such as test"],
      ["@changed:", "files changed since a branch, tag or commit"],
    ]);
  });

  it("shows if a word has no meaning now", () => {
    const nothing = completionsOf("@", { folders: [app], file: undefined, selection: undefined }, [], NO_CHOICES);
    expect(nothing.slice(0, 3).map(({ detail }) => detail)).toEqual([
      "no workspace file is open",
      "no workspace file is open",
      "nothing is selected",
    ]);
  });

  it("then offers files and their folders without duplicates", () => {
    const offered = inserts("@").slice(7);
    expect(offered).toEqual(["@src/", "@src/auth.py", '@"src/my notes.md"', "@tests/", "@tests/test_auth.py"]);
  });

  it("finds a path by fuzzy matching", () => {
    expect(inserts("@tauth")).toContain("@tests/test_auth.py");
    expect(inserts("@auth")[0]).toBe("@src/auth.py");
    expect(inserts("@fi")).toContain("@file");
    expect(inserts("@zzz")).toEqual([]);
  });

  it("finds a path with spaces in quotation marks", () => {
    expect(inserts('@"my no')).toEqual(['@"src/my notes.md"']);
  });

  it("shows the last part of a path as the label and the whole path as the detail", () => {
    expect(completionsOf("@tests/", context, files, NO_CHOICES)).toContainEqual({
      insert: "@tests/test_auth.py",
      label: "test_auth.py",
      detail: "tests/test_auth.py",
    });
  });

  it("includes the workspace folder if there are several", () => {
    const both = { ...context, folders: [app, web] };
    expect(inserts("@page", both, [{ folder: web, path: "page.ts" }])).toEqual(["@web/page.ts"]);
  });

  it("continues with the values of a filter key", () => {
    expect(completionsOf("@ki", context, [], choices)).toEqual([
      { insert: "@kind:", label: "@kind:", detail: "definitions of a kind", unfinished: true },
    ]);
    expect(completionsOf("@kind:", context, files, choices)).toEqual([
      { insert: "@kind:method", label: "method", detail: "kind" },
      { insert: "@kind:class", label: "class", detail: "kind" },
    ]);
  });

  it("finds filter values by fuzzy matching", () => {
    expect(inserts("@lang:script")).toEqual(["@lang:typescript"]);
    expect(inserts("@changed:log")).toEqual(["@changed:feature/login"]);
    expect(inserts("@role:t")).toEqual(["@role:test"]);
    expect(inserts("@lang:cobol")).toEqual([]);
  });

  it("uses the index only for filter values", () => {
    expect(["@lang:", "@changed:ma"].map(completesFromIndex)).toEqual([true, true]);
    expect(["@", "@la", "@src/lang"].map(completesFromIndex)).toEqual([false, false, false]);
  });

  it("limits the number of completions", () => {
    const many = Array.from({ length: 500 }, (_, number) => ({ folder: app, path: `file${number}.py` }));
    expect(inserts("@", context, many)).toHaveLength(20);
    expect(inserts("@file", context, many)).toHaveLength(20);
  });
});
