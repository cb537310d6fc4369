/** “Exclude from Sourcewise”: writes the `.sourcewiseignore` of a workspace folder, and takes it back. */
import * as vscode from "vscode";
import { showInformation } from "../notifications/notifications";
import { UserError } from "../userError";
import { appendix, linesWith, patternFor } from "./excludePattern";

const IGNORE_FILE = ".sourcewiseignore";
const UNDO = "Undo";

interface Rule {
  readonly file: vscode.Uri;
  readonly pattern: string;
}

/** Keeps files and folders out of the index, says so, and offers to undo it. */
export async function exclude(uris: readonly vscode.Uri[]): Promise<void> {
  const rules = await Promise.all(uris.map(ruleFor));
  const added: Rule[] = [];
  for (const rule of rules) if (await add(rule)) added.push(rule);
  if (added.length === 0) return void showInformation(`${IGNORE_FILE} excludes that already.`);
  const what = added.map(({ pattern }) => pattern).join(", ");
  const choice = await showInformation(`Excluded from Sourcewise by ${IGNORE_FILE}: ${what}`, UNDO);
  if (choice === UNDO) for (const rule of added) await remove(rule);
}

async function ruleFor(uri: vscode.Uri): Promise<Rule> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const path = vscode.workspace.asRelativePath(uri, false);
  if (!folder || uri.toString() === folder.uri.toString()) {
    throw new UserError(
      "Only files and folders inside a workspace folder can be excluded.",
      "To leave out a whole workspace folder, remove it from the workspace.",
    );
  }
  const file = vscode.Uri.joinPath(folder.uri, IGNORE_FILE);
  await refuseLink(file);
  const { type } = await vscode.workspace.fs.stat(uri);
  const isFolder = (type & vscode.FileType.Directory) !== 0;
  return { file, pattern: patternFor(path, isFolder) };
}

/** A repository may carry the ignore file as a link to a file elsewhere, such as a shell's start-up script. */
async function refuseLink(file: vscode.Uri): Promise<void> {
  const found = await vscode.workspace.fs.stat(file).then(
    ({ type }) => type,
    () => vscode.FileType.Unknown, // There is no such file yet.
  );
  if ((found & vscode.FileType.SymbolicLink) === 0) return;
  throw new UserError(
    `${IGNORE_FILE} is a link, so Sourcewise does not change it.`,
    "Replace it with a file, then exclude again.",
  );
}

async function add({ file, pattern }: Rule): Promise<boolean> {
  await apply((edit) => edit.createFile(file, { ignoreIfExists: true }));
  const document = await vscode.workspace.openTextDocument(file);
  const text = document.getText();
  const addition = appendix(text, pattern);
  if (addition === "") return false;
  await apply((edit) => edit.insert(file, document.positionAt(text.length), addition));
  return saved(document);
}

async function remove({ file, pattern }: Rule): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  const lines = linesWith(document.getText(), pattern);
  await apply((edit) => {
    for (const line of lines) edit.delete(file, document.lineAt(line).rangeIncludingLineBreak);
  });
  await saved(document);
  if (document.getText() === "") await apply((edit) => edit.deleteFile(file));
}

async function apply(change: (edit: vscode.WorkspaceEdit) => void): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  change(edit);
  if (!(await vscode.workspace.applyEdit(edit))) throw cannotBeWritten();
}

async function saved(document: vscode.TextDocument): Promise<true> {
  if (!(await document.save())) throw cannotBeWritten();
  return true;
}

function cannotBeWritten(): UserError {
  return new UserError(`${IGNORE_FILE} cannot be written.`, "See whether the file or its folder is read-only.");
}
