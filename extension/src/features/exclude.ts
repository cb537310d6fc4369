/** The “Exclude from Sourcewise” command: adds rules to a workspace folder's `.sourcewiseignore`, with undo. */
import * as vscode from "vscode";
import { showInformation } from "../notifications/notifications";
import { UserError } from "../userError";
import { linesWith, patternFor, textToAppend } from "./excludePattern";

const IGNORE_FILE = ".sourcewiseignore";
const UNDO = "Undo";

interface Rule {
  readonly file: vscode.Uri;
  readonly pattern: string;
}

/** Excludes files and folders from the index, shows a notification, and offers to undo the change. */
export async function exclude(uris: readonly vscode.Uri[]): Promise<void> {
  const rules = await Promise.all(uris.map(ruleFor));
  const added: Rule[] = [];
  for (const rule of rules) if (await add(rule)) added.push(rule);
  if (added.length === 0) return void showInformation(`Already excluded by ${IGNORE_FILE}.`);
  const patterns = added.map(({ pattern }) => pattern).join(", ");
  const choice = await showInformation(`Added to ${IGNORE_FILE}: ${patterns}`, UNDO);
  if (choice === UNDO) for (const rule of added) await remove(rule);
}

async function ruleFor(uri: vscode.Uri): Promise<Rule> {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const path = vscode.workspace.asRelativePath(uri, false);
  if (!folder || uri.toString() === folder.uri.toString()) {
    throw new UserError(
      "Only files and folders inside a workspace folder can be excluded.",
      "To exclude a whole workspace folder, remove it from the workspace.",
    );
  }
  const file = vscode.Uri.joinPath(folder.uri, IGNORE_FILE);
  await refuseLink(file);
  const { type } = await vscode.workspace.fs.stat(uri);
  const isFolder = (type & vscode.FileType.Directory) !== 0;
  return { file, pattern: patternFor(path, isFolder) };
}

/** Refuses an ignore file that is a link: a repository may link it to a file elsewhere, such as a shell's startup script. */
async function refuseLink(file: vscode.Uri): Promise<void> {
  const found = await vscode.workspace.fs.stat(file).then(
    ({ type }) => type,
    () => vscode.FileType.Unknown, // The file does not exist yet.
  );
  if ((found & vscode.FileType.SymbolicLink) === 0) return;
  throw new UserError(
    `${IGNORE_FILE} is a symbolic link, so Sourcewise does not change it.`,
    "Replace it with a regular file, then try again.",
  );
}

async function add({ file, pattern }: Rule): Promise<boolean> {
  await apply((edit) => edit.createFile(file, { ignoreIfExists: true }));
  const document = await vscode.workspace.openTextDocument(file);
  const text = document.getText();
  const addition = textToAppend(text, pattern);
  if (addition === "") return false;
  await apply((edit) => edit.insert(file, document.positionAt(text.length), addition));
  return save(document);
}

async function remove({ file, pattern }: Rule): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  const lines = linesWith(document.getText(), pattern);
  await apply((edit) => {
    for (const line of lines) edit.delete(file, document.lineAt(line).rangeIncludingLineBreak);
  });
  await save(document);
  if (document.getText() === "") await apply((edit) => edit.deleteFile(file));
}

async function apply(change: (edit: vscode.WorkspaceEdit) => void): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  change(edit);
  if (!(await vscode.workspace.applyEdit(edit))) throw cannotBeWritten();
}

async function save(document: vscode.TextDocument): Promise<true> {
  if (!(await document.save())) throw cannotBeWritten();
  return true;
}

function cannotBeWritten(): UserError {
  return new UserError(`Cannot write ${IGNORE_FILE}.`, "Check whether the file or its folder is read-only.");
}
