/**
 * What must be so before a server is started: a folder on a disk, a Python of our own (which there is only where the
 * workspace is trusted), a folder to start in.
 *
 * What is not set up is set up only for a user who asks for something; the editor's own start waits for that.
 */
import { mkdir } from "node:fs/promises";
import * as vscode from "vscode";
import type { HoverMiddleware } from "vscode-languageclient";
import type { PythonEnvironment } from "../environment/environment";
import { settingsMiddleware } from "../settings";
import { UserError } from "../userError";
import type { Connection, Server } from "./client";
import { debuggedServerCommand, serverCommand } from "./commandLine";

/** Whether there is anything here that a server could index. */
export function hasFolders(): boolean {
  return (vscode.workspace.workspaceFolders ?? []).some(({ uri }) => uri.scheme === "file");
}

/** Returns the function that makes the `Server`'s connections. */
export function launcher(
  context: vscode.ExtensionContext,
  environment: PythonEnvironment,
  log: vscode.LogOutputChannel,
  hoverMiddleware: HoverMiddleware,
): () => Promise<Connection> {
  return async () => {
    if (!hasFolders())
      throw new UserError("There is nothing to index.", "Open a folder on this machine's disk.", "NoFolder");
    const python = await environment.ensure();
    const folder = context.globalStorageUri.fsPath;
    await mkdir(folder, { recursive: true });
    // Loaded only now: the language client is most of our code, and the editor waits for what is loaded at the start.
    const { makeConnection } = await import("./connection");
    const middleware = { ...hoverMiddleware, ...settingsMiddleware };
    const { sources } = environment;
    const commandLine = sources ? debuggedServerCommand(sources) : serverCommand(python);
    return makeConnection({ commandLine, folder, log, middleware });
  };
}

/** Starts the server where everything for it is there, or was before the extension was updated. */
export async function startIfSetUp(
  server: Server,
  environment: PythonEnvironment,
  log: vscode.LogOutputChannel,
): Promise<void> {
  if (!vscode.workspace.isTrusted || !hasFolders()) return;
  // Who has had it set up once need not ask again after an update, which changes little.
  const isSetUp = (await environment.find()) !== undefined || environment.wasSetUp;
  if (isSetUp) await server.start().catch(logged(log));
}

/** Starts the server anew, with the Python that the settings now lead to, unless none was ever set up. */
export async function restartIfSetUp(
  server: Server,
  environment: PythonEnvironment,
  log: vscode.LogOutputChannel,
): Promise<void> {
  if (environment.state.kind !== "unknown") await server.restart().catch(logged(log));
}

/** For failures of what nobody asked for just now: the panel and the status bar tell of them. */
function logged(log: vscode.LogOutputChannel): (error: unknown) => void {
  return (error) => log.error(String(error));
}
