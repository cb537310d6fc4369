/**
 * The settings that the extension itself reads, and what follows when they change.
 *
 * All others are the server's: it is told of their changes by the language client and reads them itself.
 */
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient";
import { SERVER_SETTINGS, SHARED_SETTINGS } from "./generated/settingNames";

const SECTION = "sourcewise";

/** Settings of where the server's Python comes from. */
const PYTHON = ["python.interpreter", "python.wheels"] as const;

/** The configuration as the server is told it. */
export function serverSettings(): Record<string, unknown> {
  return Object.fromEntries(SERVER_SETTINGS.map((name) => [name, settingOf(name)]));
}

/**
 * A setting's value, which of those that are not shared is the user's own or the default.
 *
 * The scope in package.json does not see to that alone: many versions of VS Code apply it only to a setting's full name,
 * and take `"sourcewise.llm": { "model": … }` from a workspace.
 */
export function settingOf(name: string): unknown {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  if (SHARED_SETTINGS.includes(name)) return configuration.get(name);
  const found = configuration.inspect(name);
  return found?.globalValue ?? found?.defaultValue;
}

/** Answers the server where it asks for its settings. */
export const settingsMiddleware: Pick<Middleware, "workspace"> = {
  workspace: {
    configuration: ({ items }) => items.map(({ section }) => (section === SECTION ? serverSettings() : null)),
  },
};

/** Whether hovering is to show anything. */
export function hoverEnabled(): boolean {
  return settingOf("hover.enabled") !== false;
}

/** Calls the listener when the server needs another Python, or one that is made in another way. */
export function onDidChangePython(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (PYTHON.some((name) => change.affectsConfiguration(`${SECTION}.${name}`))) listener();
  });
}
