import { describe, expect, it } from "vitest";
import { clampLines, isInside } from "../../../extension/src/places/bounds";

describe("a file that may be opened", () => {
  const folders = ["/work/app", "/work/lib"];

  it.each(["/work/app/a.py", "/work/lib/deep/down/b.ts", "/work/app/..hidden/c"])("%s is inside", (file) => {
    expect(isInside(file, folders)).toBe(true);
  });

  it.each([
    "/etc/passwd",
    "/work/app",
    "/work/application/a.py",
    "/work/app/../secret",
    "/work/app/sub/../../lib2/x",
    "/",
  ])("%s is outside", (file) => {
    expect(isInside(file, folders)).toBe(false);
  });

  it("does not exist if no folder is open", () => {
    expect(isInside("/work/app/a.py", [])).toBe(false);
  });
});

describe("lines of a file that may have changed", () => {
  it("are converted from counting from 1 to counting from 0", () => {
    expect(clampLines(3, 7, 100)).toEqual({ first: 2, last: 6 });
  });

  it("end at the end of the file", () => {
    expect(clampLines(90, 120, 100)).toEqual({ first: 89, last: 99 });
    expect(clampLines(500, 520, 100)).toEqual({ first: 99, last: 99 });
  });

  it("are the first line if they are invalid", () => {
    expect(clampLines(0, -5, 100)).toEqual({ first: 0, last: 0 });
    expect(clampLines(9, 2, 0)).toEqual({ first: 0, last: 0 });
  });
});
