/**
 * The only code that opens locations in files. Regardless of the caller and the origin of a location, it opens only files
 * in the workspace and documents that are already open.
 */
import * as vscode from "vscode";
import { UserError } from "../userError";
import { clampLines, isInside } from "./bounds";

/** A line range in a file. Lines count from 1; both ends are included. */
export interface OpenablePlace {
  readonly uri: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** How to show a location. */
export interface OpenOptions {
  /** Open in the column next to the active one. */
  readonly beside: boolean;
  /** Open as a preview tab, which the next opened file replaces. */
  readonly preview?: boolean;
  /** Do not move the focus to the editor. */
  readonly preserveFocus?: boolean;
}

/**
 * Shows a location and selects its lines.
 *
 * @returns a promise that resolves when it is shown; rejects with a `UserError` if it must not or cannot be opened
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
 * Shows a file in its default editor, which need not be a text editor.
 *
 * @returns a promise that resolves when it is shown; rejects with a `UserError` if it must not be opened
 */
export async function openFile(uri: string): Promise<void> {
  const file = vscode.Uri.parse(uri);
  refuseOutside(file);
  await vscode.commands.executeCommand("vscode.open", file);
}

/**
 * Shows a folder in the explorer.
 *
 * @returns a promise that resolves when it is shown; rejects with a `UserError` if it is outside the workspace
 */
export async function revealFolder(uri: string): Promise<void> {
  const folder = vscode.Uri.parse(uri);
  refuseOutside(folder);
  await vscode.commands.executeCommand("revealInExplorer", folder);
}

async function openDocument(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open && uri.scheme === "untitled") return open;
  if (uri.scheme === "untitled") throw new UserError("That document was closed without saving.");
  refuseOutside(uri);
  return open ?? (await readDocument(uri));
}

function refuseOutside(uri: vscode.Uri): void {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
  if (uri.scheme === "file" && isInside(uri.fsPath, folders)) return;
  throw new UserError(
    "That file is outside the workspace, so Sourcewise did not open it.",
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
      `Cannot open ${path}.`,
      "It may have been moved or deleted since it was indexed. Ask again to find its code.",
    );
  }
}
