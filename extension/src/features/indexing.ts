/** What a user does to the index: pause, resume, rebuild, and ask about a file. */
import * as vscode from "vscode";
import { INDEX_PAUSE, INDEX_REBUILD, INDEX_WHY } from "../generated/protocol";
import { confirm, showInformation } from "../notifications/notifications";
import type { Server } from "../server/client";
import { UserError } from "../userError";
import { exclude } from "./exclude";

const REBUILD = "Rebuild";
const EXCLUDE = "Exclude";

/** Lets the work on all folders wait, or go on. */
export async function pause(server: Server, paused: boolean): Promise<void> {
  await server.request(INDEX_PAUSE, { paused });
}

/** Reads all folders anew, if the user is sure. */
export async function rebuild(server: Server): Promise<void> {
  const detail = "Every file is read again. What is embedded already is not embedded again.";
  const choice = await confirm("Rebuild the index of this workspace?", detail, REBUILD);
  if (choice === REBUILD) await server.request(INDEX_REBUILD, {});
}

/** Says whether a file is in the index, and why. */
export async function why(server: Server, chosen: unknown): Promise<void> {
  const uri = fileMeant(chosen);
  const { sentence, indexed } = await server.request(INDEX_WHY, { uri: uri.toString() });
  const choice = await showInformation(sentence, ...(indexed ? [EXCLUDE] : []));
  if (choice === EXCLUDE) await exclude([uri]);
}

/** Keeps what is chosen in the explorer, or else the file of the active editor, out of the index. */
export async function excludeChosen(chosen: unknown, all: unknown): Promise<void> {
  const selected = Array.isArray(all) ? all.filter((uri) => uri instanceof vscode.Uri) : [];
  await exclude(selected.length > 0 ? selected : [fileMeant(chosen)]);
}

/** The file that is chosen in the explorer, or else that of the active editor. */
export function fileMeant(chosen: unknown): vscode.Uri {
  const uri = chosen instanceof vscode.Uri ? chosen : vscode.window.activeTextEditor?.document.uri;
  if (!uri) throw new UserError("No file is chosen.", "Open a file, or right-click it in the explorer.");
  return uri;
}
