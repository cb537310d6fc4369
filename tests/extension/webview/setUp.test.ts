import { describe, expect, test } from "vitest";

import type { ModelSummary, Situation } from "../../../extension/src/panel/messages";
import { setUpOf } from "../../../extension/src/webview/setUp";
import { model, panel } from "./snapshots";

function ofSituation(situation: Situation): ReturnType<typeof setUpOf> {
  return setUpOf(panel([], { situation }));
}

function ofModel(more: Partial<ModelSummary>): ReturnType<typeof setUpOf> {
  return setUpOf(panel([], { model: model(more) }));
}

const NONE = { runtime: "sources", name: "no language model" };

test("no setup is needed for a running server with the wanted model", () => {
  expect(setUpOf(panel())).toBeNull();
  expect(setUpOf(panel([], { model: null }))).toBeNull();
});

test.each<[Situation, string, string]>([
  [{ kind: "noFolder" }, "Open Folder", "openFolder"],
  [{ kind: "untrusted" }, "Manage Workspace Trust", "trust"],
  [{ kind: "needsSetUp" }, "Set Up", "setUp"],
  [{ kind: "failed", message: "No Python.", hint: "Install one." }, "Show Log", "showLog"],
])("%j has one primary step", (situation, label, action) => {
  expect(ofSituation(situation)?.primary).toEqual({ label, action });
});

test("a failure shows its message and hint", () => {
  expect(ofSituation({ kind: "failed", message: "No Python.", hint: "Install one." })?.sentence).toBe(
    "No Python. Install one.",
  );
});

test("an installation shows its progress and can be cancelled", () => {
  expect(ofSituation({ kind: "settingUp", message: "fetching torch", fraction: 0.3 })).toMatchObject({
    sentence: "fetching torch",
    progress: 0.3,
    secondary: { action: "cancelSetUp" },
  });
});

describe("without a model", () => {
  test("Ollama downloads the wanted one if it is running", () => {
    expect(ofModel({ answering: NONE, problem: "It is not installed." })).toMatchObject({
      heading: "No language model yet",
      sentence: "It is not installed. Download size: 3.8 GB.",
      primary: { label: "Download codellama", action: "pullWanted" },
      secondary: { label: "Use the built-in model (1.1 GB)", action: "pullBuiltIn" },
    });
  });

  test("a link to Ollama is offered if it is not running", () => {
    expect(ofModel({ answering: NONE, ollamaRuns: false })?.primary).toEqual({
      label: "Get Ollama",
      action: "getOllama",
    });
  });

  test("the built-in model is offered only if it is not installed", () => {
    const builtIn = { name: "qwen", installed: true, bytes: 1 };
    expect(ofModel({ answering: NONE, builtIn })).not.toHaveProperty("secondary");
  });

  test("a substitute model is shown as temporary", () => {
    const answering = { runtime: "embedded", name: "qwen" };
    expect(ofModel({ answering, problem: "Ollama does not answer." })?.heading).toBe("Using qwen for now");
  });

  test("a download shows its progress and can be cancelled", () => {
    const download = { name: "codellama", message: "pulling", done: 1.9e9, total: 3.8e9 };
    expect(ofModel({ answering: NONE, download })).toMatchObject({
      sentence: "pulling · 1.9 GB of 3.8 GB",
      progress: 0.5,
      secondary: { action: "cancelDownload" },
    });
  });
});
