import { describe, expect, it } from "vitest";
import { coverageLabel, failureItem, fileItems, nothingFound } from "../../../extension/src/features/searchResults";
import type { Coverage, Passage } from "../../../extension/src/generated/protocol";
import { UserError } from "../../../extension/src/userError";

const PASSAGE: Passage = {
  path: "http/client.py",
  uri: "file:///w/http/client.py",
  startLine: 12,
  endLine: 34,
  score: 0.03,
  match: 0.62,
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

function itemOf(...passages: Passage[]): ReturnType<typeof fileItems>[number] {
  const [item] = fileItems(passages);
  if (!item) throw new Error("There is no item.");
  return item;
}

describe("a found file in the list", () => {
  it("shows its location, match, symbol and first line", () => {
    expect(itemOf(PASSAGE)).toEqual({
      label: "http/client.py:12-34",
      description: "62%  HTTPMessage.getallmatchingheaders",
      detail: "def getallmatchingheaders(self, name):",
      icon: "symbol-method",
      place: PASSAGE,
    });
  });

  it("shows the role of a file that is not code", () => {
    expect(itemOf({ ...PASSAGE, role: "test" }).description).toBe("62%  test  HTTPMessage.getallmatchingheaders");
  });

  it("lists the lines and symbols of all its passages, and opens the best", () => {
    const second = { ...PASSAGE, startLine: 80, endLine: 90, symbol: "parse_headers", match: 0.4 };
    const other = { ...PASSAGE, path: "http/server.py", match: 0.5 };
    const items = fileItems([PASSAGE, other, second, { ...second, startLine: 91, endLine: 99 }]);
    expect(items.map(({ label }) => label)).toEqual(["http/client.py:12-34, 80-90, 91-99", "http/server.py:12-34"]);
    expect(items[0]).toMatchObject({
      description: "62%  HTTPMessage.getallmatchingheaders, parse_headers",
      place: PASSAGE,
    });
  });

  it("omits unknown parts", () => {
    const item = itemOf({ ...PASSAGE, symbol: "", kind: "text", preview: "\n \n" });
    expect(item).toMatchObject({ description: "62%", detail: "", icon: "symbol-file" });
  });

  it("escapes icon syntax", () => {
    const item = itemOf({ ...PASSAGE, path: "$(trash)/a.py", preview: "x = '$(sync~spin)' $(a" });
    expect(item).toMatchObject({ label: "\\$(trash)/a.py:12-34", detail: "x = '\\$(sync~spin)' $(a" });
  });

  it("makes hidden characters in names and code visible", () => {
    const item = itemOf({
      ...PASSAGE,
      path: "a\u202Eyp.exe",
      symbol: "",
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
