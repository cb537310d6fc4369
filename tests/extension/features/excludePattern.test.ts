import { describe, expect, it } from "vitest";
import { linesWith, patternFor, textToAppend } from "../../../extension/src/features/excludePattern";

describe("a pattern for one file or folder", () => {
  it.each([
    ["src/a.py", false, "/src/a.py"],
    ["build", true, "/build/"],
    ["a[1]*?.txt", false, "/a\\[1\\]\\*\\?.txt"],
    ["back\\slash", false, "/back\\\\slash"],
    ["#notes", false, "/#notes"],
    ["!important", false, "/!important"],
    ["trailing ", false, "/trailing\\ "],
    ["two\nlines", false, "/two?lines"],
  ])("%j becomes %j", (path, isFolder, pattern) => {
    expect(patternFor(path, isFolder)).toBe(pattern);
  });
});

describe("the text appended to the file", () => {
  it("is a separate line", () => {
    expect(textToAppend("", "/a")).toBe("/a\n");
    expect(textToAppend("/b\n", "/a")).toBe("/a\n");
    expect(textToAppend("/b", "/a")).toBe("\n/a\n");
  });

  it("uses the line endings of the file", () => {
    expect(textToAppend("/b\r\n/c", "/a")).toBe("\r\n/a\r\n");
  });

  it("is empty if the file already contains the pattern", () => {
    expect(textToAppend("/b\n/a", "/a")).toBe("");
    expect(textToAppend("/b\r\n/a\r\n", "/a")).toBe("");
  });

  it("can be found for undo", () => {
    expect(linesWith("/a\r\n/b\r\n/a\r\n", "/a")).toEqual([0, 2]);
  });
});
