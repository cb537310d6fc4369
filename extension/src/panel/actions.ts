/** The table of actions behind the panel's buttons outside the chat. Most run commands that are also in the palette. */
import * as vscode from "vscode";
import type { PythonEnvironment } from "../environment/environment";
import type { Action } from "./messages";
import { chooseModel } from "./modelPicker";
import type { Models } from "./models";

const OLLAMA = "https://ollama.com/download";

/** Returns the handler of each action. */
export function createActions(environment: PythonEnvironment, models: Models): Record<Action, () => unknown> {
  return {
    openFolder: command("vscode.openFolder"),
    trust: command("workbench.trust.manage"),
    setUp: command("sourcewise.setUp"),
    cancelSetUp: () => environment.cancel(),
    restart: command("sourcewise.restart"),
    showLog: command("sourcewise.showLog"),
    getOllama: () => vscode.env.openExternal(vscode.Uri.parse(OLLAMA)),
    pullWanted: () => models.pullWanted(),
    pullBuiltIn: () => models.pullBuiltIn(),
    cancelDownload: () => models.cancel(),
    resume: command("sourcewise.resume"),
    rebuild: command("sourcewise.rebuild"),
    selectModel: () => chooseModel(models),
  };
}

function command(id: string): () => Thenable<unknown> {
  return () => vscode.commands.executeCommand(id);
}
