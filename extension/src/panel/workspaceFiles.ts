/** The files of the workspace as a question may name them. Hides how VS Code finds files and which it is told to leave out. */
import * as vscode from "vscode";
import type { Entry, Folder } from "./scope";

const MOST_FILES = 20_000;
const FRESH_MS = 10_000;

/** Folders full of files that nobody asks about, and that VS Code leaves out only where `.gitignore` does. */
const NEVER = ["**/.venv/**", "**/venv/**", "**/__pycache__/**"];

export class WorkspaceFiles {
  private found: Promise<Entry[]> | undefined;
  private foundAt = 0;

  /** Files that can be named, those of open tabs first. Looked for anew after some seconds. */
  async list(): Promise<Entry[]> {
    if (!this.found || Date.now() - this.foundAt > FRESH_MS) {
      this.foundAt = Date.now();
      this.found = find();
    }
    return [...openEntries(), ...(await this.found)];
  }

  /** What there is at a path of a folder; undefined where nothing is. */
  async kindOf(folder: Folder, path: string): Promise<"file" | "folder" | undefined> {
    try {
      const { type } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(vscode.Uri.parse(folder.uri), path));
      return type & vscode.FileType.Directory ? "folder" : "file";
    } catch {
      return undefined;
    }
  }
}

async function find(): Promise<Entry[]> {
  const uris = await vscode.workspace.findFiles("**/*", `{${excluded().join(",")}}`, MOST_FILES);
  return uris.flatMap(entryOf).sort((a, b) => a.path.localeCompare(b.path));
}

function excluded(): string[] {
  const section = (name: string): [string, unknown][] =>
    Object.entries(vscode.workspace.getConfiguration(name).get<Record<string, unknown>>("exclude", {}));
  const chosen = [...section("files"), ...section("search")].filter(([, isOn]) => isOn === true);
  return [...NEVER, ...chosen.map(([pattern]) => pattern)];
}

function openEntries(): Entry[] {
  const inputs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.input);
  return inputs.flatMap((input) => (input instanceof vscode.TabInputText ? entryOf(input.uri) : []));
}

function entryOf(uri: vscode.Uri): Entry[] {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return [];
  return [
    { folder: { uri: folder.uri.toString(), name: folder.name }, path: vscode.workspace.asRelativePath(uri, false) },
  ];
}
