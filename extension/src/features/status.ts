/** The status bar item and its menu. */
import * as vscode from "vscode";
import type { PythonEnvironment } from "../environment/environment";
import { indexSummaryOf } from "../panel/situation";
import type { Server } from "../server/client";
import { visible } from "../text/visible";
import { menuOf, type Status, statusOf } from "./statusText";

/** Shows the item and keeps it up to date. */
export function showStatus(server: Server, environment: PythonEnvironment): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("sourcewise.status", vscode.StatusBarAlignment.Right, 100);
  const warning = new vscode.ThemeColor("statusBarItem.warningBackground");
  item.name = "Sourcewise";
  item.command = "sourcewise.showMenu";
  const update = (): void => {
    const { text, tooltip, problem } = statusNow(server, environment);
    item.text = text;
    item.tooltip = visible(tooltip.join("\n"));
    item.backgroundColor = problem ? warning : undefined;
  };
  update();
  item.show();
  return vscode.Disposable.from(
    item,
    server.onDidChange(update),
    server.onDidChangeIndex(update),
    environment.onDidChange(update),
  );
}

/** Shows the menu and runs the selected command. */
export async function showMenu(server: Server, environment: PythonEnvironment): Promise<void> {
  const choice = await vscode.window.showQuickPick(menuOf(server.state, indexSummaryOf(server.indexState)), {
    title: "Sourcewise",
    placeHolder: statusNow(server, environment).tooltip.join(" · "),
  });
  if (choice) await vscode.commands.executeCommand(choice.command, ...(choice.argument ? [choice.argument] : []));
}

function statusNow(server: Server, environment: PythonEnvironment): Status {
  return statusOf(server.state, environment.state, indexSummaryOf(server.indexState));
}
