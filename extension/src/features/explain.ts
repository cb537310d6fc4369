/** The “Explain This” command: explains the selection, the symbol at the cursor, or the target of a hover's link. */
import * as vscode from "vscode";
import type { Selection } from "../generated/protocol";
import { isCursor, readSelection, selectionOf } from "../places/selection";
import { UserError } from "../userError";

const COMMAND = "sourcewise.explain";
const TITLE = "Explain This (Sourcewise)";
const KIND = vscode.CodeActionKind.Empty.append("explain");

/** Shows explanations. Implemented by the panel. */
export interface Explainer {
  explain(selection: Selection, title: string): Promise<void>;
}

/** Explains the selection in the command's argument or, without one, in the active editor. */
export async function explainThis(explainer: Explainer, argument: unknown): Promise<void> {
  const selection = readSelection(argument) ?? activeSelection();
  await explainer.explain(selection, `Explain ${subjectOf(selection)}`);
}

/** Returns the selection or cursor position in the active editor. Throws a `UserError` if there is nothing to explain. */
export function activeSelection(): Selection {
  const editor = vscode.window.activeTextEditor;
  if (!editor)
    throw new UserError("No editor is open.", "Open a file and select some code, or put the cursor on a name.");
  const selection = selectionOf(editor.document, editor.selection);
  if (isCursor(selection) && !editor.document.getWordRangeAtPosition(editor.selection.active)) {
    throw new UserError("There is nothing to explain at the cursor.", "Select some code, or put the cursor on a name.");
  }
  return selection;
}

/** Registers the command as a code action. */
export function registerCodeActions(): vscode.Disposable {
  const provider = { provideCodeActions };
  return vscode.languages.registerCodeActionsProvider([{ scheme: "file" }, { scheme: "untitled" }], provider, {
    providedCodeActionKinds: [KIND],
  });
}

function provideCodeActions(
  document: vscode.TextDocument,
  range: vscode.Range,
  context: vscode.CodeActionContext,
): vscode.CodeAction[] {
  // Do not offer it automatically without a selection: the light bulb would show on every line.
  if (range.isEmpty && context.triggerKind === vscode.CodeActionTriggerKind.Automatic) return [];
  if (range.isEmpty && !document.getWordRangeAtPosition(range.start)) return [];
  const action = new vscode.CodeAction(TITLE, KIND);
  action.command = { command: COMMAND, title: TITLE, arguments: [selectionOf(document, range)] };
  return [action];
}

function subjectOf(selection: Selection): string {
  const uri = vscode.Uri.parse(selection.uri);
  const path = vscode.workspace.asRelativePath(uri);
  if (!isCursor(selection)) return `${path}:${selection.startLine}-${selection.endLine}`;
  return `\`${nameAt(uri, selection) ?? `${path}:${selection.startLine}`}\``;
}

function nameAt(uri: vscode.Uri, { startLine, startCharacter }: Selection): string | undefined {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  const range = document?.getWordRangeAtPosition(new vscode.Position(startLine - 1, startCharacter ?? 0));
  return range && document?.getText(range);
}
