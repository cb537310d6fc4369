/** Inspects the index: lists the chunks of a file and the files that were skipped. */
import * as vscode from "vscode";
import { INDEX_CHUNKS, INDEX_SKIPPED, INDEX_WHY } from "../generated/protocol";
import { showInformation } from "../notifications/notifications";
import { openFile, revealFolder } from "../places/openSource";
import { asPick, makePlaceList } from "../places/placeList";
import type { Server } from "../server/client";
import { visibleLine } from "../text/visible";
import { targetFile } from "./indexing";
import { chunkItem, chunksLabel, isFolder, type SkippedItem, skippedItems } from "./inspectionItems";

interface SkippedPick extends vscode.QuickPickItem {
  readonly item: SkippedItem;
}

/** Lists the chunks of a file and previews their lines. */
export async function showChunks(server: Server, chosen: unknown, onFailure: (error: unknown) => void): Promise<void> {
  const uri = targetFile(chosen).toString();
  const { path, chunks, sentence } = await server.request(INDEX_CHUNKS, { uri });
  if (sentence !== "") return void showInformation(sentence);
  const list = makePlaceList(`${visibleLine(path)} — ${chunksLabel(chunks)}`, onFailure);
  list.placeholder = "Type to filter the list.";
  list.matchOnDescription = true;
  list.items = chunks.map((chunk) => asPick(chunkItem(uri, chunk), false));
  list.show();
}

/** Lists skipped files and folders by reason. Opens the selected one and shows the full reason. */
export async function showSkipped(server: Server): Promise<void> {
  const items = skippedItems(await server.request(INDEX_SKIPPED, {}));
  if (items.length === 0) return void showInformation("No files have been skipped so far.");
  const choice = await vscode.window.showQuickPick(items.map(asSkippedPick), {
    title: "Skipped Files",
    placeHolder: "Filter by path or rule.",
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
