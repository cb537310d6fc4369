/** A look into the index: what a file is cut into, and what stays out. */
import * as vscode from "vscode";
import { INDEX_CHUNKS, INDEX_SKIPPED, INDEX_WHY } from "../generated/protocol";
import { showInformation } from "../notifications/notifications";
import { openFile, revealFolder } from "../places/openSource";
import { asPick, makePlaceList } from "../places/placeList";
import type { Server } from "../server/client";
import { visibleLine } from "../text/visible";
import { fileMeant } from "./indexing";
import { chunkItem, chunksNote, isFolder, type SkippedItem, skippedItems } from "./inspectionItems";

interface SkippedPick extends vscode.QuickPickItem {
  readonly item: SkippedItem;
}

/** Lists the chunks of a file and shows the lines of each. */
export async function showChunks(server: Server, chosen: unknown, onFailure: (error: unknown) => void): Promise<void> {
  const uri = fileMeant(chosen).toString();
  const { path, chunks, sentence } = await server.request(INDEX_CHUNKS, { uri });
  if (sentence !== "") return void showInformation(sentence);
  const list = makePlaceList(`${visibleLine(path)} — ${chunksNote(chunks)}`, onFailure);
  list.placeholder = "Type to narrow the list.";
  list.matchOnDescription = true;
  list.items = chunks.map((chunk) => asPick(chunkItem(uri, chunk), false));
  list.show();
}

/** Lists what stays out of the index by reason; what is chosen is opened, and why it is out is said in full. */
export async function showSkipped(server: Server): Promise<void> {
  const items = skippedItems(await server.request(INDEX_SKIPPED, {}));
  if (items.length === 0) return void showInformation("Nothing that was read so far stays out of the index.");
  const choice = await vscode.window.showQuickPick(items.map(asSkippedPick), {
    title: "Out of the Index",
    placeHolder: "Type a path or a rule.",
    matchOnDescription: true,
  });
  const file = choice?.item.file;
  if (!file) return;
  const { sentence } = await server.request(INDEX_WHY, { uri: file.uri });
  void showInformation(sentence);
  if (isFolder(file)) await revealFolder(file.uri);
  else await openFile(file.uri);
}

function asSkippedPick(item: SkippedItem): SkippedPick {
  const { label, description, icon, file } = item;
  if (!file) return { label, item, kind: vscode.QuickPickItemKind.Separator };
  return { label, description, item, iconPath: new vscode.ThemeIcon(icon) };
}
