import { describe, expect, it } from "vitest";
import { type EditorContext, type Folder, readScope } from "../../../extension/src/panel/scope";

const app: Folder = { uri: "file:///work/app", name: "app" };
const web: Folder = { uri: "file:///work/web", name: "web" };
const lines = { uri: "file:///work/app/src/auth.py", startLine: 3, endLine: 9 };

const FILES: Record<string, string[]> = {
  [app.uri]: ["src/auth.py", "src/my notes.md", "README.md", "@types/node.d.ts"],
  [web.uri]: ["src/page.ts", "README.md"],
};

function kindOf({ uri }: Folder, path: string): Promise<"file" | "folder" | undefined> {
  const files = FILES[uri] ?? [];
  if (files.includes(path)) return Promise.resolve("file");
  return Promise.resolve(files.some((file) => file.startsWith(`${path}/`)) ? "folder" : undefined);
}

const one: EditorContext = { folders: [app], file: { folder: app, path: "src/auth.py" }, selection: undefined };
const two: EditorContext = { ...one, folders: [web, app] };
const bare: EditorContext = { folders: [app], file: undefined, selection: undefined };

function read(question: string, context = one) {
  return readScope(question, context, kindOf);
}

describe("the scope of a question", () => {
  it("is the workspace if there are no references", async () => {
    const scope = { paths: [], languages: [], kinds: [], roles: [], changedSince: null };
    expect(await read("How?")).toEqual({ question: "How?", folder: app.uri, scope, selection: null, described: [] });
  });

  it.each([
    ["@src/auth.py", "src/auth.py"],
    ["@./src/auth.py", "src/auth.py"],
    ["@src/", "src/"],
    ["@src", "src/"],
    ['@"src/my notes.md"', "src/my notes.md"],
    ["@@types/node.d.ts", "@types/node.d.ts"],
    ["@file", "src/auth.py"],
    ["@folder", "src/"],
  ])("of %s is %s", async (word, path) => {
    expect(await read(`${word} How?`)).toMatchObject({ question: "How?", scope: { paths: [path] }, described: [path] });
  });

  it("replaces references in a sentence with words and keeps punctuation", async () => {
    const scoped = await read("What does (@src/auth.py) do with @README.md?");
    expect(scoped.question).toBe("What does (src/auth.py) do with README.md?");
    expect(scoped.scope.paths).toEqual(["src/auth.py", "README.md"]);
  });

  it("becomes the question if there is no other text", async () => {
    expect((await read("@file")).question).toBe("src/auth.py");
  });

  it("contains a path only once", async () => {
    expect((await read("@file @src/auth.py how?")).scope.paths).toEqual(["src/auth.py"]);
  });

  it.each([
    "What does @app.route do?",
    "Who is me@src/auth.py?",
    "@../secret",
    "@/etc/passwd",
    "@missing.py",
    "@",
    '@""',
    "@lang:",
    "@language:go",
    "a@kind:class",
  ])("is not narrowed by %s", async (question) => {
    expect(await read(question)).toMatchObject({
      question,
      scope: { paths: [], languages: [], kinds: [], roles: [], changedSince: null },
      selection: null,
    });
  });

  it("is the selection for @selection, described by its lines", async () => {
    const context = { ...one, selection: { lines, name: "src/auth.py:3-9" } };
    expect(await read("Why is @selection slow?", context)).toMatchObject({
      question: "Why is the selected lines slow?",
      selection: lines,
      scope: { paths: [] },
      described: ["src/auth.py:3-9"],
    });
  });

  it("is refused if a reference has no target", async () => {
    await expect(read("@selection why?")).rejects.toThrow("Nothing is selected.");
    await expect(read("@file why?", bare)).rejects.toThrow("No workspace file is open.");
    await expect(read("@folder why?", bare)).rejects.toThrow("No workspace file is open.");
  });

  it("is empty without a folder", async () => {
    expect(await read("How?", { ...bare, folders: [] })).toMatchObject({ folder: null, scope: { paths: [] } });
  });
});

describe("the filters of a question", () => {
  it("narrow the scope, become words in the question, and are listed after files", async () => {
    const scoped = await read(
      "@file @lang:python @lang:go Which @kind:class is new in a @role:test in @changed:main, and @kind:class?",
    );
    expect(scoped.question).toBe("Which class is new in a test in the changes since main, and class?");
    expect(scoped.scope).toEqual({
      paths: ["src/auth.py"],
      languages: ["python", "go"],
      kinds: ["class"],
      roles: ["test"],
      changedSince: "main",
    });
    expect(scoped.described).toEqual([
      "src/auth.py",
      "lang:python",
      "lang:go",
      "kind:class",
      "role:test",
      "changed:main",
    ]);
  });

  it.each([
    ["@changed:feature/a-b how?", "feature/a-b"],
    ["@changed:HEAD~3: how?", "HEAD~3"],
    ['@"changed:HEAD@{1}" how?', "HEAD@{1}"],
    ["(@changed:v1.2)", "v1.2"],
  ])("%s limits the scope to changes since %s", async (question, revision) => {
    expect((await read(question)).scope.changedSince).toBe(revision);
  });

  it("become the question if there is no other text", async () => {
    expect((await read("@changed:main")).question).toBe("the changes since main");
  });

  it("do not select a folder", async () => {
    expect(await read("@lang:go how?", two)).toMatchObject({ folder: app.uri, described: ["app", "lang:go"] });
  });

  it("allow only one branch", async () => {
    expect((await read("@changed:main @changed:main how?")).scope.changedSince).toBe("main");
    await expect(read("@changed:main @changed:work how?")).rejects.toThrow("both main and work");
  });
});

describe("the scope of a question with several folders", () => {
  it("is the active folder, and its name is shown", async () => {
    expect(await read("How?", two)).toMatchObject({ folder: app.uri, described: ["app"] });
  });

  it("is the first folder if none is active", async () => {
    expect(await read("How?", { ...two, file: undefined })).toMatchObject({ folder: web.uri, described: ["web"] });
  });

  it("is the folder of the named files", async () => {
    expect(await read("@src/page.ts how?", two)).toMatchObject({ folder: web.uri, described: ["web/src/page.ts"] });
    expect(await read("@web/README.md how?", two)).toMatchObject({ folder: web.uri, scope: { paths: ["README.md"] } });
  });

  it("prefers the active folder for a path that exists in several", async () => {
    expect(await read("@README.md how?", two)).toMatchObject({ folder: app.uri, described: ["app/README.md"] });
  });

  it("is a whole folder if only its name is given", async () => {
    expect(await read("@web/ how?", two)).toMatchObject({ folder: web.uri, scope: { paths: [] }, described: ["web/"] });
    expect(await read("@web how?", two)).toMatchObject({ folder: web.uri, scope: { paths: [] } });
  });

  it("is refused for files in different folders", async () => {
    await expect(read("@src/page.ts @src/auth.py how?", two)).rejects.toThrow("web and app");
  });
});
