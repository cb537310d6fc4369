import { describe, expect, it } from "vitest";
import { clampLines, isInside } from "../../../extension/src/places/bounds";

describe("what may be opened", () => {
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

  it("is nothing where no folder is open", () => {
    expect(isInside("/work/app/a.py", [])).toBe(false);
  });
});

describe("lines of a file that may have changed", () => {
  it("count from 0 where they were counted from 1", () => {
    expect(clampLines(3, 7, 100)).toEqual({ first: 2, last: 6 });
  });

  it("end where the file ends", () => {
    expect(clampLines(90, 120, 100)).toEqual({ first: 89, last: 99 });
    expect(clampLines(500, 520, 100)).toEqual({ first: 99, last: 99 });
  });

  it("are its first line where they make no sense", () => {
    expect(clampLines(0, -5, 100)).toEqual({ first: 0, last: 0 });
    expect(clampLines(9, 2, 0)).toEqual({ first: 0, last: 0 });
  });
});
