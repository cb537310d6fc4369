/**
 * The model that would answer now, and at most one download. Hides the requests to the server, and drops responses that a
 * newer request has superseded.
 */
import { CancellationTokenSource, type Disposable, Emitter, type Event } from "vscode-jsonrpc/node";
import {
  type LanguageModel,
  MODELS_LIST,
  MODELS_PROGRESS,
  MODELS_PULL,
  type ModelsResult,
  type PullProgress,
} from "../generated/protocol";
import type { Server } from "../server/client";
import { isCancelled, UserError } from "../userError";
import type { ModelSummary } from "./messages";

interface Pull {
  readonly id: string;
  readonly cancellation: CancellationTokenSource;
  readonly shown: NonNullable<ModelSummary["download"]>;
}

export class Models {
  private known: ModelsResult | undefined;
  private pulling: Pull | undefined;
  private latestRequest = 0;
  private readonly changed = new Emitter<void>();
  private readonly subscription: Disposable;

  /** Fires when `summary` changes. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(private readonly server: Pick<Server, "request" | "on">) {
    this.subscription = server.on(MODELS_PROGRESS, (progress) => this.onProgress(progress));
  }

  /** The summary for the view; null until the server has responded. */
  get summary(): ModelSummary | null {
    return this.known ? { ...summaryOf(this.known), download: this.pulling?.shown ?? null } : null;
  }

  /** The models that are installed or can be downloaded. */
  get all(): readonly LanguageModel[] {
    return this.known?.models ?? [];
  }

  /** Requests the models from the server. Keeps the last known state if the request fails. */
  async refresh(): Promise<ModelsResult> {
    const request = ++this.latestRequest;
    const known = await this.server.request(MODELS_LIST, {});
    if (request === this.latestRequest) {
      this.known = known;
      this.changed.fire();
    }
    return known;
  }

  /** Downloads the model from the settings; see `pull`. */
  async pullWanted(): Promise<void> {
    const known = this.known ?? (await this.refresh());
    await this.pull({ runtime: "ollama", name: known.wanted });
  }

  /** Downloads the built-in model; see `pull`. */
  async pullBuiltIn(): Promise<void> {
    const known = this.known ?? (await this.refresh());
    const builtIn = builtInOf(known);
    if (!builtIn) throw new UserError("The server has no built-in model.", "Update Sourcewise, or install Ollama.");
    await this.pull(builtIn);
  }

  /**
   * Downloads a model.
   *
   * @returns a promise that resolves when the download is complete or cancelled; rejects with a `UserError` if it fails
   */
  async pull({ runtime, name }: Pick<LanguageModel, "runtime" | "name">): Promise<void> {
    if (this.pulling)
      throw new UserError(
        `${this.pulling.shown.name} is being downloaded.`,
        "Wait for the download to finish, or cancel it.",
        "Busy",
      );
    const shown = { name, message: "Starting the download…", done: 0, total: 0 };
    const { id, cancellation } = (this.pulling = {
      id: crypto.randomUUID(),
      cancellation: new CancellationTokenSource(),
      shown,
    });
    this.changed.fire();
    try {
      await this.server.request(MODELS_PULL, { pullId: id, runtime, name }, cancellation.token);
    } catch (error) {
      if (!isCancelled(error)) throw error;
    } finally {
      this.pulling = undefined;
      this.changed.fire();
    }
    await this.refresh();
  }

  /** Cancels the download. The downloader keeps the partial file. */
  cancel(): void {
    this.pulling?.cancellation.cancel();
  }

  dispose(): void {
    this.cancel();
    this.subscription.dispose();
  }

  private onProgress({ pullId, message, done, total }: PullProgress): void {
    if (this.pulling?.id !== pullId) return;
    this.pulling = { ...this.pulling, shown: { ...this.pulling.shown, message, done, total } };
    this.changed.fire();
  }
}

function summaryOf({
  answering,
  local,
  problem,
  ollamaRuns,
  wanted,
  models,
}: ModelsResult): Omit<ModelSummary, "download"> {
  const builtIn = builtInOf({ models });
  return {
    answering,
    local,
    problem,
    ollamaRuns,
    wanted,
    wantedBytes: models.find((model) => model.runtime === "ollama" && model.name === wanted)?.bytes ?? 0,
    builtIn: builtIn ? { name: builtIn.name, installed: builtIn.installed, bytes: builtIn.bytes } : null,
  };
}

function builtInOf({ models }: Pick<ModelsResult, "models">): LanguageModel | undefined {
  return models.find((model) => model.runtime === "embedded");
}
