/**
 * Checks and creates what the server needs before it starts: a workspace folder on a disk, our Python environment (which
 * exists only in a trusted workspace), and a working directory.
 *
 * The environment is set up only when the user requests something, never when the editor starts.
 */
import { mkdir } from "node:fs/promises";
import * as vscode from "vscode";
import type { HoverMiddleware } from "vscode-languageclient";
import type { PythonEnvironment } from "../environment/environment";
import { settingsMiddleware } from "../settings";
import { UserError } from "../userError";
import type { Connection, Server } from "./client";
import { debuggedServerCommand, serverCommand } from "./commandLine";

/** Whether the workspace has a folder that the server can index. */
export function hasFolders(): boolean {
  return (vscode.workspace.workspaceFolders ?? []).some(({ uri }) => uri.scheme === "file");
}

/** Returns the function that creates the `Server`'s connections. */
export function launcher(
  context: vscode.ExtensionContext,
  environment: PythonEnvironment,
  log: vscode.LogOutputChannel,
  hoverMiddleware: HoverMiddleware,
): () => Promise<Connection> {
  return async () => {
    if (!hasFolders())
      throw new UserError("There is no folder to index.", "Open a folder that is stored on this machine.", "NoFolder");
    const python = await environment.ensure();
    const folder = context.globalStorageUri.fsPath;
    await mkdir(folder, { recursive: true });
    // Loaded lazily: the language client is most of our code, and loading it on activation would delay the editor.
    const { makeConnection } = await import("./connection");
    const middleware = { ...hoverMiddleware, ...settingsMiddleware };
    const { sources } = environment;
    const commandLine = sources ? debuggedServerCommand(sources) : serverCommand(python);
    return makeConnection({ commandLine, folder, log, middleware });
  };
}

/** Starts the server if the environment is set up, or was before the extension was updated. */
export async function startIfSetUp(
  server: Server,
  environment: PythonEnvironment,
  log: vscode.LogOutputChannel,
): Promise<void> {
  if (!vscode.workspace.isTrusted || !hasFolders()) return;
  // A user who set it up once need not do so again after an update, which changes little.
  const isSetUp = (await environment.find()) !== undefined || environment.wasSetUp;
  if (isSetUp) await server.start().catch(logged(log));
}

/** Restarts the server with the Python from the current settings, unless the environment was never set up. */
export async function restartIfSetUp(
  server: Server,
  environment: PythonEnvironment,
  log: vscode.LogOutputChannel,
): Promise<void> {
  if (environment.state.kind !== "unknown") await server.restart().catch(logged(log));
}

/** Logs failures of background work. The panel and the status bar show them to the user. */
function logged(log: vscode.LogOutputChannel): (error: unknown) => void {
  return (error) => log.error(String(error));
}
