/**
 * The only way to reveal a place in the code. Whoever asks, and wherever the place came from: what is opened is a file of
 * the workspace, or a document that is open anyway.
 */
import * as vscode from "vscode";
import { UserError } from "../userError";
import { clampLines, isInside } from "./bounds";

/** Lines of a file, counted from 1, both ends included. */
export interface OpenablePlace {
  readonly uri: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** How a place is shown. */
export interface OpenOptions {
  /** In the column next to the active one. */
  readonly beside: boolean;
  /** Only until something else is opened in its stead. */
  readonly preview?: boolean;
  /** The cursor stays where it is. */
  readonly preserveFocus?: boolean;
}

/**
 * Shows a place and selects its lines as a whole.
 *
 * @returns when it is shown; rejects with a `UserError` where it may not or cannot be
 */
export async function openPlace(place: OpenablePlace, options: OpenOptions): Promise<void> {
  const document = await openDocument(vscode.Uri.parse(place.uri));
  const { first, last } = clampLines(place.startLine, place.endLine, document.lineCount);
  const selection = new vscode.Range(first, 0, last, document.lineAt(last).text.length);
  const editor = await vscode.window.showTextDocument(document, {
    selection,
    preview: options.preview ?? false,
    preserveFocus: options.preserveFocus ?? false,
    viewColumn: options.beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
  });
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenter);
}

/**
 * Shows a file in whatever editor there is for it, be it text or not.
 *
 * @returns when it is shown; rejects with a `UserError` where it may not be
 */
export async function openFile(uri: string): Promise<void> {
  const file = vscode.Uri.parse(uri);
  refuseOutside(file);
  await vscode.commands.executeCommand("vscode.open", file);
}

/**
 * Shows a folder in the explorer.
 *
 * @returns when it is shown; rejects with a `UserError` where it may not be
 */
export async function revealFolder(uri: string): Promise<void> {
  const folder = vscode.Uri.parse(uri);
  refuseOutside(folder);
  await vscode.commands.executeCommand("revealInExplorer", folder);
}

async function openDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open && uri.scheme === "untitled") return open;
  if (uri.scheme === "untitled") throw new UserError("That document was closed without being saved.");
  refuseOutside(uri);
  return open ?? (await readDocument(uri));
}

function refuseOutside(uri: vscode.Uri): void {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  if (uri.scheme === "file" && isInside(uri.fsPath, folders)) return;
  throw new UserError(
    "That file is not in the workspace, so Sourcewise does not open it.",
    "Open it yourself if you trust it.",
    "OutsideWorkspace",
  );
}

async function readDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const path = vscode.workspace.asRelativePath(uri);
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    throw new UserError(
      `${path} cannot be opened.`,
      "It may have been moved or deleted since it was indexed; ask again to find where its code is now.",
    );
  }
}
