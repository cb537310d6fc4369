/** What the panel's buttons do outside the chat: one table. Most are commands, which the palette has too. */
import * as vscode from "vscode";
import type { PythonEnvironment } from "../environment";
import type { LanguageModel } from "../protocol";
import { UserError } from "../userError";
import type { Action } from "./messages";
import type { Models } from "./models";

const OLLAMA = "https://ollama.com/download";

/** A handler for each action. */
export function createActions(environment: PythonEnvironment, models: Models): Record<Action, () => unknown> {
  return {
    openFolder: command("vscode.openFolder"),
    trust: command("workbench.trust.manage"),
    setUp: command("sourcewise.setUp"),
    cancelSetUp: () => environment.cancel(),
    restart: command("sourcewise.restart"),
    showLog: command("sourcewise.showLog"),
    getOllama: () => vscode.env.openExternal(vscode.Uri.parse(OLLAMA)),
    pullWanted: () => models.pull("ollama"),
    pullBuiltIn: () => models.pull("embedded"),
    cancelDownload: () => models.cancel(),
    resume: command("sourcewise.resume"),
    rebuild: command("sourcewise.rebuild"),
    selectModel: () => selectModel(models),
  };
}

function command(id: string): () => Thenable<unknown> {
  return () => vscode.commands.executeCommand(id);
}

async function selectModel(models: Models): Promise<void> {
  await models.refresh();
  const items = models.installed.map((model) => ({ label: model.name, description: describe(model), model }));
  if (items.length === 0) throw new UserError("No language model is installed.", "Get Ollama, or download the built-in model.");
  const picked = await vscode.window.showQuickPick(items, { title: "Language Model", placeHolder: "Who is to answer?" });
  if (picked) await useModel(picked.model);
}

async function useModel({ runtime, name }: LanguageModel): Promise<void> {
  const settings = vscode.workspace.getConfiguration("sourcewise");
  const set = (key: string, value: string | undefined): Thenable<void> =>
    settings.update(key, value, vscode.ConfigurationTarget.Global);
  if (runtime === "embedded") return set("llm.runtime", "embedded");
  await set("llm.model", name);
  // Back to the default, which asks Ollama first.
  if (settings.get("llm.runtime") !== "ollama") await set("llm.runtime", undefined);
}

function describe({ runtime, bytes }: LanguageModel): string {
  const size = bytes > 0 ? `, ${(bytes / 1e9).toFixed(1)} GB` : "";
  return `${runtime === "embedded" ? "built in" : "Ollama"}${size}`;
}
