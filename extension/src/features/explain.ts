/** “Explain This”: finds out what is meant (a selection, the name at the cursor, a place that a hover links to) and asks. */
import * as vscode from "vscode";
import type { Selection } from "../generated/protocol";
import { isCursor, readSelection, selectionOf } from "../places/selection";
import { UserError } from "../userError";

const COMMAND = "sourcewise.explain";
const TITLE = "Explain This (Sourcewise)";
const KIND = vscode.CodeActionKind.Empty.append("explain");

/** Who answers; the panel. */
export interface Explainer {
  explain(selection: Selection, title: string): Promise<void>;
}

/** Has what a command's argument or else the active editor points at explained. */
export async function explainThis(explainer: Explainer, argument: unknown): Promise<void> {
  const selection = readSelection(argument) ?? selectionOfEditor();
  await explainer.explain(selection, `Explain ${subjectOf(selection)}`);
}

/** What the active editor points at; throws a `UserError` where that is nothing. */
export function selectionOfEditor(): Selection {
  const editor = vscode.window.activeTextEditor;
  if (!editor)
    throw new UserError("No editor is open.", "Open a file and select some code, or put the cursor on a name.");
  const selection = selectionOf(editor.document, editor.selection);
  if (isCursor(selection) && !editor.document.getWordRangeAtPosition(editor.selection.active)) {
    throw new UserError("There is nothing at the cursor to explain.", "Select some code, or put the cursor on a name.");
  }
  return selection;
}

/** Offers the command among the code actions. */
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
  // A mere cursor is not offered it unasked: the light bulb would be on at every line.
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
