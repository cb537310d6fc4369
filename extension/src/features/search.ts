/** Semantic search and search for similar code: a quick pick with results, updated while the user types, and previews. */
import * as vscode from "vscode";
import { SEARCH, type SearchResult, SIMILAR } from "../generated/protocol";
import type { PlaceItem } from "../places/placeItem";
import { asPick, makePlaceList, type PlaceList } from "../places/placeList";
import { isCursor } from "../places/selection";
import type { Server } from "../server/client";
import { asUserError, UserError } from "../userError";
import { activeSelection } from "./explain";
import { LatestQuery } from "./latestQuery";
import { coverageLabel, failureItem, fileItems, nothingFound } from "./searchResults";

const MAX_RESULTS = 30;
const PAUSE_MS = 150;

/** Opens an empty list. Typing starts a search. */
export function searchByMeaning(server: Server, onFailure: (error: unknown) => void): void {
  const list = makePlaceList("Search by Meaning", onFailure);
  list.placeholder = "Describe the code you're looking for.";
  const query = new LatestQuery<SearchResult>({
    pauseMs: PAUSE_MS,
    run: (text, token) => server.request(SEARCH, { query: text, limit: MAX_RESULTS, ...activeFolder() }, token),
    onResult: (result) => fill(list, result, true),
    onFailure: (error) => showItem(list, failureItem(asUserError(error))),
  });
  list.onDidChangeValue((value) => {
    const text = value.trim();
    list.busy = text !== "";
    if (text === "") {
      query.cancel();
      list.items = [];
    } else query.ask(text);
  });
  list.onDidHide(() => query.cancel());
  list.show();
}

/** Opens a list of code that is similar to the selected lines. Typing filters it. */
export async function findSimilar(server: Server, onFailure: (error: unknown) => void): Promise<void> {
  const selection = activeSelection();
  if (isCursor(selection)) throw new UserError("Nothing is selected.", "Select the code to find matches for.");
  const list = makePlaceList("Similar Code", onFailure);
  list.placeholder = "Type to filter the list.";
  const source = new vscode.CancellationTokenSource();
  list.onDidHide(() => source.cancel());
  list.busy = true;
  list.show();
  try {
    fill(list, await server.request(SIMILAR, { selection, limit: MAX_RESULTS }, source.token), false);
  } catch (error) {
    showItem(list, failureItem(asUserError(error)));
  }
}

function fill(list: PlaceList, { passages, search }: SearchResult, alwaysShow: boolean): void {
  list.busy = false;
  const [name] = (list.title ?? "").split(" — ");
  list.title = `${name} — ${coverageLabel(search)}`;
  list.items =
    passages.length === 0
      ? [asPick(nothingFound(), true)]
      : fileItems(passages).map((item) => asPick(item, alwaysShow));
}

function showItem(list: PlaceList, item: PlaceItem): void {
  list.busy = false;
  list.items = [asPick(item, true)];
}

/** Returns the folder to search if there are several: the folder of the active editor, otherwise the first one. */
function activeFolder(): { folder?: string } {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length < 2) return {};
  const active = vscode.window.activeTextEditor?.document.uri;
  const folder = (active && vscode.workspace.getWorkspaceFolder(active)) ?? folders[0];
  return folder ? { folder: folder.uri.toString() } : {};
}
