import { describe, expect, test } from "vitest";
import type { IndexSummary } from "../../../extension/src/panel/messages";
import {
  ago,
  answerAsText,
  indexSizeOf,
  modelLabelOf,
  percent,
  placeOf,
  progressOf,
  provenanceOf,
  size,
  stalenessOf,
  statusOf,
} from "../../../extension/src/webview/wording";
import { asking, model, source, turn } from "./snapshots";

const index: IndexSummary = {
  stage: "embedding",
  done: 1200,
  total: 12_345,
  files: 678,
  chunks: 12_345,
  embedded: 1200,
  paused: false,
  secondsLeft: 420,
  notice: "",
  message: "",
};

describe("a turn", () => {
  test("has a status while it is running", () => {
    expect(statusOf(asking())).toBe("Searching…");
    expect(statusOf(asking({ status: "reading" }))).toBe("Reading the sources…");
    expect(statusOf(asking({ status: "reading", readFraction: 0.4 }))).toBe("Reading the sources… 40%");
    expect(statusOf(turn())).toBe("");
  });

  test("shows how its answer was generated", () => {
    const cost = { promptTokens: 975, answerTokens: 80, tokensPerSecond: 7, seconds: 12.3 };
    expect(provenanceOf(turn({ cost }))).toBe(
      "codellama (ollama) · keywords and vectors · 975 prompt tokens · 7.0 tokens/s · 12 s",
    );
    expect(provenanceOf(turn({ model: { runtime: "sources", name: "no language model" }, coverage: null }))).toBe(
      "no language model",
    );
  });

  test("is copied with the locations of its cited sources", () => {
    expect(answerAsText(turn())).toBe("It works [1].\n\n[1] src/engine.py:12-34");
    expect(answerAsText(turn({ citations: [] }))).toBe("It works [1].");
  });

  test("shows which cited source has changed", () => {
    const stale = turn({ citations: [{ number: 1, state: "gone" }] });
    expect([stalenessOf(stale, 1), stalenessOf(stale, 2), stalenessOf(turn(), 1)]).toEqual(["gone", "", ""]);
  });
});

describe("a location", () => {
  test("is the path with one or several lines", () => {
    expect(placeOf(source(1))).toBe("src/engine.py:12-34");
    expect(placeOf(source(1, { endLine: 12 }))).toBe("src/engine.py:12");
  });

  test("makes hidden characters in its path visible", () => {
    expect(placeOf(source(1, { path: "a\u202Eb", endLine: 12 }))).toBe(String.raw`a\u202Eb:12`);
  });
});

describe("the index", () => {
  test("shows its progress and the remaining time", () => {
    expect(progressOf(index)).toBe("Embedding · 1,200 of 12,345 chunks · 7 min left");
    expect(progressOf({ ...index, stage: "reading", secondsLeft: null })).toBe("Reading files · 1,200 of 12,345 files");
    const fetching = { ...index, stage: "fetching the embedding model", secondsLeft: null };
    expect(progressOf({ ...fetching, done: 45e6, total: 91e6 })).toBe("Fetching the embedding model · 45 MB of 91 MB");
    expect(progressOf({ ...fetching, done: 1, total: 5 })).toBe("Fetching the embedding model");
    expect(progressOf({ ...index, paused: true })).toBe("Indexing is paused · 1,200 of 12,345 chunks");
    expect(progressOf({ ...index, stage: "idle" })).toBe("");
  });

  test("shows its size", () => {
    expect(indexSizeOf(index)).toBe("678 files, 12,345 chunks, 9% embedded");
    expect(indexSizeOf({ ...index, files: 1, chunks: 1, embedded: 1 })).toBe("1 file, 1 chunk");
    expect(indexSizeOf({ ...index, chunks: 0, stage: "idle" })).toBe("Nothing is indexed");
  });
});

test("a remote model is labelled", () => {
  expect(modelLabelOf(model())).toBe("codellama");
  expect(modelLabelOf(model({ local: false }))).toBe("codellama, not on this machine");
  expect(modelLabelOf(model({ answering: { runtime: "sources", name: "" } }))).toBe("No language model");
});

test("figures are short", () => {
  expect([size(1_117_320_768), size(188e6), size(9000)]).toEqual(["1.1 GB", "188 MB", "9 kB"]);
  expect([percent(0.999), percent(1)]).toEqual(["99%", "100%"]);
  expect([ago(0, 1000), ago(0, 300_000), ago(0, 7.2e6), ago(0, 1.8e8)]).toEqual(["now", "5 min", "2 h", "2 d"]);
});
