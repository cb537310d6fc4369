/**
 * Who would answer a question asked now, and the one download that may be going on. Hides that both are asked of the
 * server, and that an answer about models may be overtaken by a newer one.
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
  private newest = 0;
  private readonly changed = new Emitter<void>();
  private readonly subscription: Disposable;

  /** Tells that `summary` says something else. */
  readonly onDidChange: Event<void> = this.changed.event;

  constructor(private readonly server: Pick<Server, "request" | "on">) {
    this.subscription = server.on(MODELS_PROGRESS, (progress) => this.progressed(progress));
  }

  /** What the view is told; null until the server has said something. */
  get summary(): ModelSummary | null {
    return this.known ? { ...summaryOf(this.known), download: this.pulling?.shown ?? null } : null;
  }

  /** The models that are on this machine or could be. */
  get all(): readonly LanguageModel[] {
    return this.known?.models ?? [];
  }

  /** Asks the server again. Where it cannot tell, what was known stays. */
  async refresh(): Promise<ModelsResult> {
    const asked = ++this.newest;
    const known = await this.server.request(MODELS_LIST, {});
    if (asked === this.newest) {
      this.known = known;
      this.changed.fire();
    }
    return known;
  }

  /** Downloads the model that the settings want; see `pull`. */
  async pullWanted(): Promise<void> {
    const known = this.known ?? (await this.refresh());
    await this.pull({ runtime: "ollama", name: known.wanted });
  }

  /** Downloads the model that Sourcewise runs itself; see `pull`. */
  async pullBuiltIn(): Promise<void> {
    const known = this.known ?? (await this.refresh());
    const builtIn = builtInOf(known);
    if (!builtIn) throw new UserError("The server has no model of its own.", "Update Sourcewise, or get Ollama.");
    await this.pull(builtIn);
  }

  /**
   * Downloads a model.
   *
   * @returns when it is there or nobody wants it any more; rejects with a `UserError` when it cannot be had
   */
  async pull({ runtime, name }: Pick<LanguageModel, "runtime" | "name">): Promise<void> {
    if (this.pulling)
      throw new UserError(`${this.pulling.shown.name} is being downloaded.`, "Wait for it or cancel it.", "Busy");
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

  /** Ends the download. What there is of it is kept by those who download. */
  cancel(): void {
    this.pulling?.cancellation.cancel();
  }

  dispose(): void {
    this.cancel();
    this.subscription.dispose();
  }

  private progressed({ pullId, message, done, total }: PullProgress): void {
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
