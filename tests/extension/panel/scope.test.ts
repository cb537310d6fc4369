import { describe, expect, it } from "vitest";
import { type Folder, readScope, type Situated } from "../../../extension/src/panel/scope";

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

const one: Situated = { folders: [app], file: { folder: app, path: "src/auth.py" }, selection: undefined };
const two: Situated = { ...one, folders: [web, app] };
const bare: Situated = { folders: [app], file: undefined, selection: undefined };

function read(question: string, situated = one) {
  return readScope(question, situated, kindOf);
}

describe("the scope of a question", () => {
  it("is the workspace where nothing is named", async () => {
    const scope = { paths: [], languages: [], kinds: [], changedSince: null };
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

  it("is said in words in the middle of a sentence, without the punctuation around it", async () => {
    const asked = await read("What does (@src/auth.py) do with @README.md?");
    expect(asked.question).toBe("What does (src/auth.py) do with README.md?");
    expect(asked.scope.paths).toEqual(["src/auth.py", "README.md"]);
  });

  it("is the question where there is nothing else", async () => {
    expect((await read("@file")).question).toBe("src/auth.py");
  });

  it("names a path once", async () => {
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
      scope: { paths: [], languages: [], kinds: [], changedSince: null },
      selection: null,
    });
  });

  it("is the selection where it is asked for, by its own name", async () => {
    const situated = { ...one, selection: { lines, name: "src/auth.py:3-9" } };
    expect(await read("Why is @selection slow?", situated)).toMatchObject({
      question: "Why is the selected lines slow?",
      selection: lines,
      scope: { paths: [] },
      described: ["src/auth.py:3-9"],
    });
  });

  it("refuses what means nothing now", async () => {
    await expect(read("@selection why?")).rejects.toThrow("Nothing is selected.");
    await expect(read("@file why?", bare)).rejects.toThrow("No file of the workspace is open.");
    await expect(read("@folder why?", bare)).rejects.toThrow("No file of the workspace is open.");
  });

  it("is nothing in particular without a folder", async () => {
    expect(await read("How?", { ...bare, folders: [] })).toMatchObject({ folder: null, scope: { paths: [] } });
  });
});

describe("the filters of a question", () => {
  it("narrow it, say themselves in a sentence, and are shown beside files", async () => {
    const asked = await read("@file @lang:python @lang:go Which @kind:class is new in @changed:main, and @kind:class?");
    expect(asked.question).toBe("Which class is new in the changes since main, and class?");
    expect(asked.scope).toEqual({
      paths: ["src/auth.py"],
      languages: ["python", "go"],
      kinds: ["class"],
      changedSince: "main",
    });
    expect(asked.described).toEqual(["src/auth.py", "lang:python", "lang:go", "kind:class", "changed:main"]);
  });

  it.each([
    ["@changed:feature/a-b how?", "feature/a-b"],
    ["@changed:HEAD~3: how?", "HEAD~3"],
    ['@"changed:HEAD@{1}" how?', "HEAD@{1}"],
    ["(@changed:v1.2)", "v1.2"],
  ])("%s has changed since %s", async (question, revision) => {
    expect((await read(question)).scope.changedSince).toBe(revision);
  });

  it("are the question where there is nothing else", async () => {
    expect((await read("@changed:main")).question).toBe("the changes since main");
  });

  it("do not choose among several folders", async () => {
    expect(await read("@lang:go how?", two)).toMatchObject({ folder: app.uri, described: ["app", "lang:go"] });
  });

  it("name one branch", async () => {
    expect((await read("@changed:main @changed:main how?")).scope.changedSince).toBe("main");
    await expect(read("@changed:main @changed:work how?")).rejects.toThrow("both main and work");
  });
});

describe("the scope of a question to several folders", () => {
  it("is the folder in use, and says so", async () => {
    expect(await read("How?", two)).toMatchObject({ folder: app.uri, described: ["app"] });
  });

  it("is the first folder where none is in use", async () => {
    expect(await read("How?", { ...two, file: undefined })).toMatchObject({ folder: web.uri, described: ["web"] });
  });

  it("is the folder of what is named", async () => {
    expect(await read("@src/page.ts how?", two)).toMatchObject({ folder: web.uri, described: ["web/src/page.ts"] });
    expect(await read("@web/README.md how?", two)).toMatchObject({ folder: web.uri, scope: { paths: ["README.md"] } });
  });

  it("prefers the folder in use for a path that several have", async () => {
    expect(await read("@README.md how?", two)).toMatchObject({ folder: app.uri, described: ["app/README.md"] });
  });

  it("is all of a folder that is named", async () => {
    expect(await read("@web/ how?", two)).toMatchObject({ folder: web.uri, scope: { paths: [] }, described: ["web/"] });
    expect(await read("@web how?", two)).toMatchObject({ folder: web.uri, scope: { paths: [] } });
  });

  it("refuses names from more than one", async () => {
    await expect(read("@src/page.ts @src/auth.py how?", two)).rejects.toThrow("web and app");
  });
});
