import { describe, expect, it } from "vitest";
import { chunkItem, chunksNote, isFolder, skippedItems } from "../../../extension/src/features/inspectionItems";
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
  it("says its lines, what it is, its size, whether it is embedded, and how it begins", () => {
    expect(chunkItem(URI, CHUNK)).toEqual({
      label: "12-34  Session.check",
      description: "method · 1,096 tokens · embedded",
      detail: "def check(self):",
      icon: "symbol-method",
      place: { uri: URI, startLine: 12, endLine: 34 },
    });
  });

  it("leaves out what is not known and says what is not embedded", () => {
    const item = chunkItem(URI, { ...CHUNK, symbol: "", kind: "text", tokens: 1, vectors: 0 });
    expect(item).toMatchObject({ label: "12-34", description: "text · 1 token · not embedded" });
  });

  it("says why a chunk cannot be embedded", () => {
    const item = chunkItem(URI, { ...CHUNK, vectors: 0, problem: "the model broke on it twice" });
    expect(item.description).toContain("not embedded: the model broke on it twice");
  });

  it("shows what would become an icon as text", () => {
    const item = chunkItem(URI, { ...CHUNK, symbol: "$(trash)", preview: "\u001B[31m" });
    expect(item).toMatchObject({ label: "12-34  \\$(trash)", detail: "\\u001B[31m" });
  });

  it("is counted in the title with those that are embedded", () => {
    expect(chunksNote([CHUNK, { ...CHUNK, vectors: 0 }])).toBe("2 chunks, 1 embedded");
  });
});

describe("what stays out in the list", () => {
  const log = out("run.log", "ignored", "*.log (.gitignore:3)");
  const folder = out("build/", "ignored", "built-in");
  const image = out("$(sync)\u202E.png", "binary");

  it("stands under its reason, with its rule and where that stands", () => {
    expect(skippedItems({ counts: { ignored: 2, binary: 1 }, files: [folder, log, image] })).toEqual([
      { label: "ignored: 2", description: "", icon: "", file: undefined },
      { label: "build/", description: "built-in", icon: "folder", file: folder },
      { label: "run.log", description: "*.log (.gitignore:3)", icon: "file", file: log },
      { label: "binary: 1", description: "", icon: "", file: undefined },
      { label: "\\$(sync)\\u202E.png", description: "", icon: "file", file: image },
    ]);
  });

  it("says how many more there are than it lists", () => {
    expect(skippedItems({ counts: { ignored: 12_034 }, files: [log] })[0]?.label).toBe(
      "ignored: the first 1 of 12,034",
    );
  });

  it("tells a folder from a file", () => {
    expect([isFolder(folder), isFolder(log)]).toEqual([true, false]);
  });
});
