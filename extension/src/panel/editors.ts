/**
 * Tracks the editor that the user works in, even while the panel has the focus. Hides that VS Code treats output logs as
 * editors, and that there may be no editor.
 */
import * as vscode from "vscode";
import { isCursor, selectionOf } from "../places/selection";
import { UserError } from "../userError";
import type { EditorContext, Folder } from "./scope";

const SCHEMES = ["file", "untitled"];

export class Editors implements vscode.Disposable {
  private last: vscode.TextEditor | undefined;
  private readonly subscription: vscode.Disposable;

  constructor() {
    this.track(vscode.window.activeTextEditor);
    this.subscription = vscode.window.onDidChangeActiveTextEditor((editor) => this.track(editor));
  }

  /** The user's current file and selection, and the folders that can be searched: those on a disk of this machine. */
  get context(): EditorContext {
    const document = this.current?.document;
    const folder = document && vscode.workspace.getWorkspaceFolder(document.uri);
    const path = document && vscode.workspace.asRelativePath(document.uri, false);
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(asFolder);
    return {
      folders,
      file: folder && path ? { folder: asFolder(folder), path } : undefined,
      selection: this.selection,
    };
  }

  /** Inserts text at the cursor, replacing the selection. Opens a new document if no editor is open. */
  async insert(text: string): Promise<void> {
    const editor = this.current;
    if (!editor) {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: text }));
      return;
    }
    const { document, selections, viewColumn } = editor;
    const inserted = await editor.edit((edit) => selections.forEach((selection) => edit.replace(selection, text)));
    if (!inserted) throw new UserError("The code could not be inserted.", "Check whether the file is read-only.");
    await vscode.window.showTextDocument(document, viewColumn);
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private get current(): vscode.TextEditor | undefined {
    return this.last && vscode.window.visibleTextEditors.includes(this.last) ? this.last : undefined;
  }

  private get selection(): EditorContext["selection"] {
    if (!this.current) return undefined;
    const { document, selection } = this.current;
    const lines = selectionOf(document, selection);
    if (isCursor(lines)) return undefined;
    return {
      lines,
      name: `${vscode.workspace.asRelativePath(document.uri, false)}:${lines.startLine}-${lines.endLine}`,
    };
  }

  private track(editor: vscode.TextEditor | undefined): void {
    if (editor && SCHEMES.includes(editor.document.uri.scheme)) this.last = editor;
  }
}

function asFolder({ uri, name }: vscode.WorkspaceFolder): Folder {
  return { uri: uri.toString(), name };
}
