import { beforeEach, describe, expect, it, vi } from "vitest";
import { MODELS_PROGRESS, type ModelsResult, type PullParams } from "../../../extension/src/generated/protocol";
import { Models } from "../../../extension/src/panel/models";
import { UserError } from "../../../extension/src/userError";
import { ScriptedServer } from "./scriptedServer";

const MODELS: ModelsResult = {
  answering: { runtime: "sources", name: "" },
  local: true,
  problem: "codellama is not installed.",
  ollamaRuns: true,
  endpoint: "http://127.0.0.1:11434",
  wanted: "codellama",
  models: [
    { runtime: "ollama", name: "codellama", installed: false, bytes: 3_800_000_000 },
    { runtime: "ollama", name: "llama3", installed: true, bytes: 5 },
    { runtime: "embedded", name: "qwen", installed: false, bytes: 1_100_000_000 },
  ],
};

let server: ScriptedServer;
let models: Models;

beforeEach(async () => {
  server = new ScriptedServer();
  models = new Models(server);
  const refreshed = models.refresh();
  server.last.answer(MODELS);
  await refreshed;
});

/** Starts a download and waits for the request to the server. */
async function pull(runtime: "ollama" | "embedded"): Promise<{ ended: Promise<void>; params: PullParams }> {
  const ended = runtime === "ollama" ? models.pullWanted() : models.pullBuiltIn();
  await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/models/pull"));
  return { ended, params: server.last.params as PullParams };
}

describe("the models", () => {
  it("are unknown before the first response", () => {
    expect(new Models(new ScriptedServer()).summary).toBeNull();
  });

  it("include the current, the wanted and the built-in model", () => {
    expect(models.summary).toEqual({
      answering: { runtime: "sources", name: "" },
      local: true,
      problem: "codellama is not installed.",
      ollamaRuns: true,
      wanted: "codellama",
      wantedBytes: 3_800_000_000,
      builtIn: { name: "qwen", installed: false, bytes: 1_100_000_000 },
      download: null,
    });
    expect(models.all.map(({ name }) => name)).toEqual(["codellama", "llama3", "qwen"]);
  });

  it("come from the latest request, in whatever order responses arrive", async () => {
    const first = models.refresh();
    const older = server.last;
    const second = models.refresh();
    server.last.answer({ ...MODELS, wanted: "new" });
    older.answer({ ...MODELS, wanted: "old" });
    await Promise.all([first, second]);
    expect(models.summary?.wanted).toBe("new");
  });

  it("show the progress of a download and are refreshed after it", async () => {
    const { ended, params } = await pull("ollama");
    expect(params).toMatchObject({ runtime: "ollama", name: "codellama" });
    server.notify(MODELS_PROGRESS, { pullId: params.pullId, message: "pulling", done: 3, total: 9 });
    expect(models.summary?.download).toEqual({ name: "codellama", message: "pulling", done: 3, total: 9 });
    server.last.answer({ name: "codellama" });
    await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/models/list"));
    server.last.answer({ ...MODELS, answering: { runtime: "ollama", name: "codellama" } });
    await ended;
    expect(models.summary).toMatchObject({ answering: { name: "codellama" }, download: null });
  });

  it("ignore the progress of downloads in other windows", async () => {
    await pull("embedded");
    server.notify(MODELS_PROGRESS, { pullId: "another", message: "pulling", done: 3, total: 9 });
    expect(models.summary?.download).toMatchObject({ name: "qwen", done: 0 });
  });

  it("can be downloaded only one at a time", async () => {
    await pull("ollama");
    await expect(models.pullBuiltIn()).rejects.toThrow("codellama is being downloaded.");
  });

  it("end a cancelled download without an error", async () => {
    const { ended } = await pull("ollama");
    const download = server.last;
    models.cancel();
    await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/models/list"));
    server.last.answer(MODELS);
    await ended;
    expect(download.wasCancelled).toBe(true);
    expect(models.summary?.download).toBeNull();
  });

  it("report why a download failed, and can be downloaded again", async () => {
    const { ended } = await pull("ollama");
    server.last.fail(new UserError("The disk is full."));
    await expect(ended).rejects.toThrow("The disk is full.");
    expect(models.summary?.download).toBeNull();
    await pull("ollama");
  });
});
