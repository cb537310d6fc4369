/** The commands on the index: pause, resume, rebuild, and explain why a file is indexed or not. */
import * as vscode from "vscode";
import { INDEX_PAUSE, INDEX_REBUILD, INDEX_WHY } from "../generated/protocol";
import { confirm, showInformation } from "../notifications/notifications";
import type { Server } from "../server/client";
import { UserError } from "../userError";
import { exclude } from "./exclude";

const REBUILD = "Rebuild";
const EXCLUDE = "Exclude";

/** Pauses or resumes indexing in all folders. */
export async function pause(server: Server, paused: boolean): Promise<void> {
  await server.request(INDEX_PAUSE, { paused });
}

/** Rebuilds the indexes of all folders after a confirmation. */
export async function rebuild(server: Server): Promise<void> {
  const detail = "Sourcewise reads every file again and reuses existing embeddings.";
  const choice = await confirm("Rebuild the index of this workspace?", detail, REBUILD);
  if (choice === REBUILD) await server.request(INDEX_REBUILD, {});
}

/** Shows whether a file is indexed and why. */
export async function why(server: Server, chosen: unknown): Promise<void> {
  const uri = targetFile(chosen);
  const { sentence, indexed } = await server.request(INDEX_WHY, { uri: uri.toString() });
  const choice = await showInformation(sentence, ...(indexed ? [EXCLUDE] : []));
  if (choice === EXCLUDE) await exclude([uri]);
}

/** Excludes the files selected in the explorer, or the file in the active editor, from the index. */
export async function excludeChosen(chosen: unknown, all: unknown): Promise<void> {
  const selected = Array.isArray(all) ? all.filter((uri) => uri instanceof vscode.Uri) : [];
  await exclude(selected.length > 0 ? selected : [targetFile(chosen)]);
}

/** Returns the file selected in the explorer, or the file in the active editor. */
export function targetFile(chosen: unknown): vscode.Uri {
  const uri = chosen instanceof vscode.Uri ? chosen : vscode.window.activeTextEditor?.document.uri;
  if (!uri) throw new UserError("No file is selected.", "Open a file, or right-click one in the Explorer.");
  return uri;
}
