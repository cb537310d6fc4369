/** All notifications of the extension. Nothing else may call VS Code's own functions for them: see `text/links.ts`. */
import * as vscode from "vscode";
import { withoutLinks } from "../text/links";

/** What an action reports while it runs. */
export type Progress = vscode.Progress<{ readonly message?: string; readonly increment?: number }>;

/** Shows a notification. Resolves to the button that was clicked; undefined when it was closed. */
export async function showInformation(message: string, ...buttons: string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(withoutLinks(message), ...buttons);
}

/** Shows an error. Resolves to the button that was clicked; undefined when it was closed. */
export async function showError(message: string, ...buttons: string[]): Promise<string | undefined> {
  return vscode.window.showErrorMessage(withoutLinks(message), ...buttons);
}

/** Asks in a dialog that must be answered first. Resolves to the button; undefined when the user cancelled. */
export async function confirm(question: string, detail: string, ...buttons: string[]): Promise<string | undefined> {
  const options = { modal: true, detail: withoutLinks(detail) };
  return vscode.window.showWarningMessage(withoutLinks(question), options, ...buttons);
}

/** Runs an action under a notification that shows its progress and can cancel it. */
export async function withProgress<Result>(
  title: string,
  action: (progress: Progress, token: vscode.CancellationToken) => Thenable<Result>,
): Promise<Result> {
  const options = { location: vscode.ProgressLocation.Notification, title: withoutLinks(title), cancellable: true };
  return vscode.window.withProgress(options, (progress, token) => action(linkless(progress), token));
}

function linkless(progress: Progress): Progress {
  return {
    report: ({ message, ...rest }) =>
      progress.report(message === undefined ? rest : { ...rest, message: withoutLinks(message) }),
  };
}
