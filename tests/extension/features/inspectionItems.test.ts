import { describe, expect, it } from "vitest";
import { chunkItem, chunksLabel, isFolder, skippedItems } from "../../../extension/src/features/inspectionItems";
import type { IndexedChunk, SkippedFile } from "../../../extension/src/generated/protocol";

const URI = "file:///w/auth.py";
const CHUNK: IndexedChunk = {
  startLine: 12,
  endLine: 34,
  symbol: "Session.check",
  kind: "method",
  tokens: 1096,
  vectors: 2,
  problem: "",
  preview: "\n    def check(self):\n        pass",
};

const out = (path: string, reason: SkippedFile["reason"], rule = ""): SkippedFile => ({
  path,
  uri: `file:///w/${path}`,
  reason,
  rule,
});

describe("a chunk in the list", () => {
  it("shows its lines, symbol, kind, size, embedding status and first line", () => {
    expect(chunkItem(URI, CHUNK)).toEqual({
      label: "12-34  Session.check",
      description: "method · 1,096 tokens · embedded",
      detail: "def check(self):",
      icon: "symbol-method",
      place: { uri: URI, startLine: 12, endLine: 34 },
    });
  });

  it("omits unknown parts and shows that it is not embedded", () => {
    const item = chunkItem(URI, { ...CHUNK, symbol: "", kind: "text", tokens: 1, vectors: 0 });
    expect(item).toMatchObject({ label: "12-34", description: "text · 1 token · not embedded" });
  });

  it("shows why it cannot be embedded", () => {
    const item = chunkItem(URI, { ...CHUNK, vectors: 0, problem: "the model broke on it twice" });
    expect(item.description).toContain("not embedded: the model broke on it twice");
  });

  it("escapes icon syntax", () => {
    const item = chunkItem(URI, { ...CHUNK, symbol: "$(trash)", preview: "\u001B[31m" });
    expect(item).toMatchObject({ label: "12-34  \\$(trash)", detail: "\\u001B[31m" });
  });

  it("is included in the counts of the title", () => {
    expect(chunksLabel([CHUNK, { ...CHUNK, vectors: 0 }])).toBe("2 chunks, 1 embedded");
  });
});

describe("a skipped file in the list", () => {
  const log = out("run.log", "ignored", "*.log (.gitignore:3)");
  const folder = out("build/", "ignored", "built-in");
  const image = out("$(sync)\u202E.png", "binary");

  it("is listed under its reason, with the rule and its location", () => {
    expect(skippedItems({ counts: { ignored: 2, binary: 1 }, files: [folder, log, image] })).toEqual([
      { label: "ignored: 2", description: "", icon: "", file: undefined },
      { label: "build/", description: "built-in", icon: "folder", file: folder },
      { label: "run.log", description: "*.log (.gitignore:3)", icon: "file", file: log },
      { label: "binary: 1", description: "", icon: "", file: undefined },
      { label: "\\$(sync)\\u202E.png", description: "", icon: "file", file: image },
    ]);
  });

  it("has a heading with the total count if not all files are listed", () => {
    expect(skippedItems({ counts: { ignored: 12_034 }, files: [log] })[0]?.label).toBe(
      "ignored: the first 1 of 12,034",
    );
  });

  it("is distinguished from a folder", () => {
    expect([isFolder(folder), isFolder(log)]).toEqual([true, false]);
  });
});
