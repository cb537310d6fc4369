import { describe, expect, it } from "vitest";
import { coverageNote, failureItem, nothingFound, passageItem } from "../../../extension/src/features/searchResults";
import type { Coverage, Passage } from "../../../extension/src/generated/protocol";
import { UserError } from "../../../extension/src/userError";

const PASSAGE: Passage = {
  path: "http/client.py",
  uri: "file:///w/http/client.py",
  startLine: 12,
  endLine: 34,
  score: 0.03,
  similarity: 0.617,
  symbol: "HTTPMessage.getallmatchingheaders",
  kind: "method",
  language: "python",
  reasons: ["keywords"],
  preview: "\n    def getallmatchingheaders(self, name):\n        pass",
};

const coverage = (change: Partial<Coverage>): Coverage => ({
  mode: "keywords and vectors",
  chunks: 100,
  embedded: 100,
  relevant: true,
  ...change,
});

describe("a found passage in the list", () => {
  it("says where it is, what it is, how near and how it begins", () => {
    expect(passageItem(PASSAGE)).toEqual({
      label: "http/client.py:12-34",
      description: "HTTPMessage.getallmatchingheaders  62%",
      detail: "def getallmatchingheaders(self, name):",
      icon: "symbol-method",
      place: PASSAGE,
    });
  });

  it("leaves out what is not known", () => {
    const item = passageItem({ ...PASSAGE, similarity: null, symbol: "", kind: "text", preview: "\n \n" });
    expect(item).toMatchObject({ description: "", detail: "", icon: "symbol-file" });
  });

  it("shows what would become an icon as text", () => {
    const item = passageItem({ ...PASSAGE, path: "$(trash)/a.py", preview: "x = '$(sync~spin)' $(a" });
    expect(item).toMatchObject({ label: "\\$(trash)/a.py:12-34", detail: "x = '\\$(sync~spin)' $(a" });
  });

  it("shows hidden characters of names and code", () => {
    const item = passageItem({
      ...PASSAGE,
      path: "a\u202Eyp.exe",
      symbol: "",
      similarity: null,
      preview: "\u001b[31mred",
    });
    expect(item.label).toBe("a\\u202Eyp.exe:12-34");
    expect(item.detail).toBe("\\u001B[31mred");
  });
});

describe("what else the list says", () => {
  it("is that nothing was found, or what went wrong, with the next step", () => {
    expect(nothingFound()).toMatchObject({ place: undefined, label: expect.stringContaining("Nothing") as string });
    expect(failureItem(new UserError("Broken.", "Mend it."))).toMatchObject({ label: "Broken.", detail: "Mend it." });
  });

  it.each([
    [coverage({}), "keywords and vectors"],
    [coverage({ mode: "keywords", embedded: 34 }), "keywords; 34% embedded"],
    [coverage({ embedded: 999, chunks: 1000 }), "keywords and vectors; 99% embedded"],
    [coverage({ chunks: 0, embedded: 0 }), "nothing is indexed yet"],
  ])("is how the search was served: %#", (given, note) => {
    expect(coverageNote(given)).toBe(note);
  });
});
