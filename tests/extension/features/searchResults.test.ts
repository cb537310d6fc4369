import { describe, expect, it } from "vitest";
import { coverageLabel, failureItem, nothingFound, passageItem } from "../../../extension/src/features/searchResults";
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
  role: "code",
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
  it("shows its location, symbol, similarity and first line", () => {
    expect(passageItem(PASSAGE)).toEqual({
      label: "http/client.py:12-34",
      description: "HTTPMessage.getallmatchingheaders  62%",
      detail: "def getallmatchingheaders(self, name):",
      icon: "symbol-method",
      place: PASSAGE,
    });
  });

  it("shows the role of a file that is not code", () => {
    expect(passageItem({ ...PASSAGE, role: "test" }).description).toBe("HTTPMessage.getallmatchingheaders  test  62%");
  });

  it("omits unknown parts", () => {
    const item = passageItem({ ...PASSAGE, similarity: null, symbol: "", kind: "text", preview: "\n \n" });
    expect(item).toMatchObject({ description: "", detail: "", icon: "symbol-file" });
  });

  it("escapes icon syntax", () => {
    const item = passageItem({ ...PASSAGE, path: "$(trash)/a.py", preview: "x = '$(sync~spin)' $(a" });
    expect(item).toMatchObject({ label: "\\$(trash)/a.py:12-34", detail: "x = '\\$(sync~spin)' $(a" });
  });

  it("makes hidden characters in names and code visible", () => {
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

describe("messages in the list", () => {
  it("report an empty result or an error, with a hint", () => {
    expect(nothingFound()).toMatchObject({
      place: undefined,
      label: expect.stringContaining("No matching code") as string,
    });
    expect(failureItem(new UserError("Broken.", "Fix it."))).toMatchObject({ label: "Broken.", detail: "Fix it." });
  });

  it.each([
    [coverage({}), "keywords and vectors"],
    [coverage({ mode: "keywords", embedded: 34 }), "keywords; 34% embedded"],
    [coverage({ embedded: 999, chunks: 1000 }), "keywords and vectors; 99% embedded"],
    [coverage({ chunks: 0, embedded: 0 }), "nothing is indexed yet"],
  ])("show the search mode and the embedding progress in the title: %#", (given, note) => {
    expect(coverageLabel(given)).toBe(note);
  });
});
