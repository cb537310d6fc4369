/**
 * The settings that the extension itself reads, and what follows when they change.
 *
 * All others are the server's: it is told of their changes by the language client and reads them itself.
 */
import * as vscode from "vscode";
import type { Middleware } from "vscode-languageclient";

const SECTION = "sourcewise";

/** Settings of where the server's Python comes from. */
const PYTHON = ["python.interpreter", "python.wheels"] as const;

/** Groups that the server knows nothing about. */
const OWN_GROUPS = ["python", "trace"];

/** The configuration as the server is told it. */
export function serverSettings(): Record<string, unknown> {
  return withoutOwn(vscode.workspace.getConfiguration(SECTION));
}

/** Stands between the server and the editor where the server asks for its settings. */
export const settingsMiddleware: Pick<Middleware, "workspace"> = {
  workspace: {
    async configuration(params, token, next) {
      const sections = await next(params, token);
      return Array.isArray(sections) ? sections.map(withoutOwn) : sections;
    },
  },
};

/** Whether hovering is to show anything. */
export function hoverEnabled(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get("hover.enabled", true);
}

/** Calls the listener when the server needs another Python, or one that is made in another way. */
export function onDidChangePython(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (PYTHON.some((name) => change.affectsConfiguration(`${SECTION}.${name}`))) listener();
  });
}

/** A section without what is the extension's alone. */
function withoutOwn(section: unknown): Record<string, unknown> {
  const settings = Object.entries(section ?? {}).filter(([, value]) => typeof value !== "function");
  return Object.fromEntries(settings.filter(([name]) => !OWN_GROUPS.includes(name)));
}
