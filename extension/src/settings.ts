/**
 * The settings that the extension itself reads, and the reactions to their changes.
 *
 * All other settings belong to the server, which receives change notifications from the language client and reads them
 * itself.
 */
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient";
import { SERVER_SETTINGS, SHARED_SETTINGS } from "./generated/settingNames";

const SECTION = "sourcewise";

/** The settings that select the server's Python. */
const PYTHON = ["python.interpreter", "python.wheels"] as const;

/** The configuration that is sent to the server. */
export function serverSettings(): Record<string, unknown> {
  return Object.fromEntries(SERVER_SETTINGS.map((name) => [name, settingOf(name)]));
}

/**
 * Returns a setting's value. Only shared settings can be set by a workspace; for all others, the value is the user's own
 * or the default.
 *
 * The scope in package.json is not enough: many versions of VS Code apply it only to a setting's full name and accept
 * `"sourcewise.llm": { "model": … }` from a workspace.
 */
export function settingOf(name: string): unknown {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  if (SHARED_SETTINGS.includes(name)) return configuration.get(name);
  const found = configuration.inspect(name);
  return found?.globalValue ?? found?.defaultValue;
}

/** Answers the server's configuration requests. */
export const settingsMiddleware: Pick<Middleware, "workspace"> = {
  workspace: {
    configuration: ({ items }) => items.map(({ section }) => (section === SECTION ? serverSettings() : null)),
  },
};

/** Whether hovers are enabled. */
export function hoverEnabled(): boolean {
  return settingOf("hover.enabled") !== false;
}

/** Calls the listener when a setting changes that affects the server's Python or how its environment is created. */
export function onDidChangePython(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (PYTHON.some((name) => change.affectsConfiguration(`${SECTION}.${name}`))) listener();
  });
}
