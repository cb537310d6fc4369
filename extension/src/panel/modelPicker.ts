/** Quick picks for language models: choose the one that answers, or one to download. */
import * as vscode from "vscode";
import type { LanguageModel } from "../generated/protocol";
import { UserError } from "../userError";
import type { Models } from "./models";

/** Lets the user choose the model that answers, and stores the choice in the user's settings. */
export async function chooseModel(models: Models): Promise<void> {
  const model = await choose(models, true, "Choose the model that answers your questions.");
  if (!model) return;
  const settings = vscode.workspace.getConfiguration("sourcewise");
  const set = (key: string, value: string | undefined): Thenable<void> =>
    settings.update(key, value, vscode.ConfigurationTarget.Global);
  if (model.runtime === "embedded") return set("llm.runtime", "embedded");
  await set("llm.model", model.name);
  // Reset to the default, which tries Ollama first.
  if (settings.get("llm.runtime") !== "ollama") await set("llm.runtime", undefined);
}

/** Lets the user choose a model that is not installed yet. Returns undefined if the user cancels. */
export function chooseDownload(models: Models): Promise<LanguageModel | undefined> {
  return choose(models, false, "Choose a model to download.");
}

async function choose(models: Models, isInstalled: boolean, placeHolder: string): Promise<LanguageModel | undefined> {
  await models.refresh();
  const found = models.all.filter((model) => model.installed === isInstalled);
  if (found.length === 0) throw isInstalled ? noneInstalled() : noneToDownload();
  const items = found.map((model) => ({ label: model.name, description: describe(model), model }));
  return (await vscode.window.showQuickPick(items, { title: "Language Model", placeHolder }))?.model;
}

function noneInstalled(): UserError {
  return new UserError("No language model is installed.", "Run “Sourcewise: Download a Language Model”.");
}

function noneToDownload(): UserError {
  return new UserError(
    "All models in your settings are already installed.",
    "To use another model, change the setting sourcewise.llm.model.",
  );
}

function describe({ runtime, bytes, host }: LanguageModel): string {
  if (host) return `Ollama, runs at ${host}, not on this machine`;
  const size = bytes > 0 ? `, ${(bytes / 1e9).toFixed(1)} GB` : "";
  return `${runtime === "embedded" ? "built in" : "Ollama"}${size}`;
}
