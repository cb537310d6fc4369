/** Lists the workspace files that a question can refer to. Hides how VS Code finds files, exclusions and caching. */
import * as vscode from "vscode";
import type { Entry, Folder } from "./scope";

const MAX_FILES = 20_000;
const CACHE_MS = 10_000;

/** Folders with irrelevant files. VS Code excludes them only if a `.gitignore` does. */
const ALWAYS_EXCLUDED = ["**/.venv/**", "**/venv/**", "**/__pycache__/**"];

export class WorkspaceFiles {
  private cached: Promise<Entry[]> | undefined;
  private cachedAt = 0;

  /** Returns the files, those in open tabs first. The list is cached for a few seconds. */
  async list(): Promise<Entry[]> {
    if (!this.cached || Date.now() - this.cachedAt > CACHE_MS) {
      this.cachedAt = Date.now();
      this.cached = find();
    }
    return [...openEntries(), ...(await this.cached)];
  }

  /** Returns whether a path in a folder is a file or a folder; undefined if it does not exist. */
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
  const uris = await vscode.workspace.findFiles("**/*", `{${excluded().join(",")}}`, MAX_FILES);
  return uris.flatMap(entryOf).sort((a, b) => a.path.localeCompare(b.path));
}

function excluded(): string[] {
  const section = (name: string): [string, unknown][] =>
    Object.entries(vscode.workspace.getConfiguration(name).get<Record<string, unknown>>("exclude", {}));
  const chosen = [...section("files"), ...section("search")].filter(([, isOn]) => isOn === true);
  return [...ALWAYS_EXCLUDED, ...chosen.map(([pattern]) => pattern)];
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
