import { describe, expect, it } from "vitest";
import { isCursor, readSelection, selectionOf } from "../../../extension/src/places/selection";

const LINES = ["def a():", "    return 1", "", "def b():"];
const DOCUMENT = { uri: { toString: () => "file:///w/a.py" }, lineAt: (line: number) => ({ text: LINES[line] ?? "" }) };
const at = (line: number, character: number) => ({ line, character });

describe("the selection of an editor", () => {
  it("counts its lines from 1", () => {
    expect(selectionOf(DOCUMENT, { start: at(0, 4), end: at(1, 12) })).toEqual({
      uri: "file:///w/a.py",
      startLine: 1,
      startCharacter: 4,
      endLine: 2,
      endCharacter: 12,
    });
  });

  it("excludes a last line of which nothing is selected", () => {
    expect(selectionOf(DOCUMENT, { start: at(0, 0), end: at(2, 0) })).toMatchObject({ endLine: 2, endCharacter: 12 });
  });

  it("is a cursor if nothing is selected", () => {
    const cursor = selectionOf(DOCUMENT, { start: at(2, 0), end: at(2, 0) });
    expect(cursor).toMatchObject({ startLine: 3, endLine: 3 });
    expect(isCursor(cursor)).toBe(true);
    expect(isCursor(selectionOf(DOCUMENT, { start: at(3, 4), end: at(3, 5) }))).toBe(false);
  });
});

describe("the argument of a link", () => {
  it("is accepted if it is a selection", () => {
    const selection = { uri: "file:///w/a.py", startLine: 1, endLine: 2, startCharacter: 0, endCharacter: 3 };
    expect(readSelection(selection)).toEqual(selection);
  });

  it("may omit the characters", () => {
    expect(readSelection({ uri: "file:///w/a.py", startLine: 1, endLine: 2 })).toMatchObject({
      startCharacter: 0,
      endCharacter: 0,
    });
  });

  it.each([
    undefined,
    null,
    "file:///w/a.py",
    {},
    { uri: "", startLine: 1, endLine: 2 },
    { uri: "file:///w/a.py", startLine: 0, endLine: 2 },
    { uri: "file:///w/a.py", startLine: 3, endLine: 2 },
    { uri: "file:///w/a.py", startLine: 1.5, endLine: 2 },
    { uri: "file:///w/a.py", startLine: "1", endLine: 2 },
    { uri: { scheme: "file" }, startLine: 1, endLine: 2 },
    { uri: "file:///w/a.py", startLine: 1, endLine: 2, startCharacter: -1 },
  ])("is rejected if it is invalid: %j", (value) => {
    expect(readSelection(value)).toBeUndefined();
  });
});
