/** Entry point: creates and connects the parts of the extension. Activation awaits nothing, so it does not delay VS Code. */
import * as vscode from "vscode";
import { registerCommands } from "./commands";
import { PythonEnvironment } from "./environment/environment";
import { registerCodeActions } from "./features/explain";
import { hoverMiddleware } from "./features/hover";
import { showStatus } from "./features/status";
import { showFailure } from "./notifications/failures";
import { Panel } from "./panel/panel";
import { hasSecondarySideBar, PANEL_VIEWS } from "./panel/placement";
import { Server } from "./server/client";
import { launcher, restartIfSetUp, startIfSetUp } from "./server/launch";
import { onDidChangePython } from "./settings";

/** The API that activation returns to other code in the same extension host. Used only by tests. */
export interface Api {
  readonly activationMilliseconds: number;
  readonly server: Server;
}

let shutDown: (() => Promise<void>) | undefined;

/** Called by the editor on activation. */
export function activate(context: vscode.ExtensionContext): Api {
  const begin = performance.now();
  const log = vscode.window.createOutputChannel("Sourcewise", { log: true });
  context.subscriptions.push(log);
  try {
    const server = assemble(context, log);
    return { activationMilliseconds: performance.now() - begin, server };
  } catch (error) {
    showFailure(error, log);
    throw error;
  }
}

/** Called by the editor on shutdown: saves the end of a streaming answer, then stops the server. */
export async function deactivate(): Promise<void> {
  await shutDown?.();
}

function assemble(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Server {
  const environment = new PythonEnvironment(context, log);
  const server = new Server(launcher(context, environment, log, hoverMiddleware));
  const panel = new Panel(context, server, environment, log);
  shutDown = () => panel.dispose().then(() => server.stop());
  const tryStart = (): void => void startIfSetUp(server, environment, log);
  context.subscriptions.push(
    environment,
    server,
    panel,
    ...Object.values(PANEL_VIEWS).map((id) => vscode.window.registerWebviewViewProvider(id, panel)),
    registerCommands({ extension: context.extension, log, environment, server, panel }),
    registerCodeActions(),
    showStatus(server, environment),
    server.onDidChange(({ kind }) => setContext("ready", kind === "running")),
    vscode.workspace.onDidGrantWorkspaceTrust(tryStart),
    vscode.workspace.onDidChangeWorkspaceFolders(tryStart),
    onDidChangePython(() => void restartIfSetUp(server, environment, log)),
  );
  setContext("noSecondarySideBar", !hasSecondarySideBar(vscode.version));
  tryStart();
  return server;
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand("setContext", `sourcewise.${key}`, value);
}
