/** Where the extension begins: makes its parts and joins them. Nothing here waits, so that the editor need not. */
import * as vscode from "vscode";
import { Server } from "./client";
import { registerCommands } from "./commands";
import { PythonEnvironment } from "./environment";
import { registerCodeActions } from "./explain";
import { showFailure } from "./failures";
import { launcher, restartIfSetUp, startIfSetUp } from "./launch";
import { Panel } from "./panel/panel";
import { hasSecondarySideBar, PANEL_VIEWS } from "./panel/placement";
import { onDidChangePython } from "./settings";
import { showStatus } from "./status";

/** What other code of the same extension host may see: the tests. */
export interface Api {
  readonly activationMilliseconds: number;
  readonly server: Server;
}

let server: Server | undefined;

/** Called by the editor once it has started. */
export function activate(context: vscode.ExtensionContext): Api {
  const begin = performance.now();
  const log = vscode.window.createOutputChannel("Sourcewise", { log: true });
  context.subscriptions.push(log);
  try {
    server = assemble(context, log);
    return { activationMilliseconds: performance.now() - begin, server };
  } catch (error) {
    showFailure(error, log);
    throw error;
  }
}

/** Called by the editor before it ends: the server gets the time to end by itself. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}

function assemble(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Server {
  const environment = new PythonEnvironment(context, log);
  const running = new Server(launcher(context, environment, log));
  const panel = new Panel(context, running, environment, log);
  const tryStart = (): void => void startIfSetUp(running, environment, log);
  context.subscriptions.push(
    environment,
    running,
    panel,
    ...Object.values(PANEL_VIEWS).map((id) => vscode.window.registerWebviewViewProvider(id, panel)),
    registerCommands({ extension: context.extension, log, environment, server: running, panel }),
    registerCodeActions(),
    showStatus(running, environment),
    running.onDidChange(({ kind }) => setContext("ready", kind === "running")),
    vscode.workspace.onDidGrantWorkspaceTrust(tryStart),
    vscode.workspace.onDidChangeWorkspaceFolders(tryStart),
    onDidChangePython(() => void restartIfSetUp(running, environment, log)),
  );
  setContext("noSecondarySideBar", !hasSecondarySideBar(vscode.version));
  tryStart();
  return running;
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand("setContext", `sourcewise.${key}`, value);
}
