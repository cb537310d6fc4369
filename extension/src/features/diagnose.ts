/** The “Diagnose” command: opens the diagnostic report as a document, for review before it is copied. */
import * as vscode from "vscode";
import type { PythonEnvironment } from "../environment/environment";
import { DIAGNOSE } from "../generated/protocol";
import { showInformation } from "../notifications/notifications";
import type { Server } from "../server/client";
import { reportOf } from "./diagnosticReport";

const COPY = "Copy";

/** Opens the report and offers to copy it. Also works without a server. */
export async function diagnose(
  extension: vscode.Extension<unknown>,
  server: Server,
  environment: PythonEnvironment,
): Promise<void> {
  const fromServer = await server.request(DIAGNOSE, {}).then(
    ({ report }) => report,
    () => undefined,
  );
  const report = reportOf(
    {
      extensionVersion: String((extension.packageJSON as { version: unknown }).version),
      editor: vscode.env.appName,
      editorVersion: vscode.version,
      platform: `${process.platform} ${process.arch}`,
      remote: vscode.env.remoteName !== undefined,
      folders: vscode.workspace.workspaceFolders?.length ?? 0,
      environment: environment.state.kind,
      server: server.state.kind,
    },
    fromServer,
  );
  const document = await vscode.workspace.openTextDocument({ language: "markdown", content: report });
  await vscode.window.showTextDocument(document);
  const choice = await showInformation("Review the report before you copy and share it.", COPY);
  if (choice === COPY) await vscode.env.clipboard.writeText(document.getText());
}
