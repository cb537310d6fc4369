import { describe, expect, it } from "vitest";
import { appendix, linesWith, patternFor } from "../../../extension/src/features/excludePattern";

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

describe("what is appended to the file", () => {
  it("is a line of its own", () => {
    expect(appendix("", "/a")).toBe("/a\n");
    expect(appendix("/b\n", "/a")).toBe("/a\n");
    expect(appendix("/b", "/a")).toBe("\n/a\n");
  });

  it("ends as the other lines end", () => {
    expect(appendix("/b\r\n/c", "/a")).toBe("\r\n/a\r\n");
  });

  it("is nothing where the pattern is there", () => {
    expect(appendix("/b\n/a", "/a")).toBe("");
    expect(appendix("/b\r\n/a\r\n", "/a")).toBe("");
  });

  it("can be found again", () => {
    expect(linesWith("/a\r\n/b\r\n/a\r\n", "/a")).toEqual([0, 2]);
  });
});
