/** Shows all notifications of the extension. No other module may call VS Code's functions for this: see `text/links.ts`. */
import * as vscode from "vscode";
import { withoutLinks } from "../text/links";

/** Reports the progress of a running action. */
export type Progress = vscode.Progress<{ readonly message?: string; readonly increment?: number }>;

/** Shows an information message. Resolves to the clicked button; undefined if the user closed it. */
export async function showInformation(message: string, ...buttons: string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(withoutLinks(message), ...buttons);
}

/** Shows an error message. Resolves to the clicked button; undefined if the user closed it. */
export async function showError(message: string, ...buttons: string[]): Promise<string | undefined> {
  return vscode.window.showErrorMessage(withoutLinks(message), ...buttons);
}

/** Shows a modal confirmation dialog. Resolves to the clicked button; undefined if the user cancelled. */
export async function confirm(question: string, detail: string, ...buttons: string[]): Promise<string | undefined> {
  const options = { modal: true, detail: withoutLinks(detail) };
  return vscode.window.showWarningMessage(withoutLinks(question), options, ...buttons);
}

/** Runs an action with a notification that shows its progress and has a Cancel button. */
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
