/** Search by meaning and search for similar code: a list that is filled while one types, and shows what it names. */
import * as vscode from "vscode";
import { SEARCH, type SearchResult, SIMILAR } from "../generated/protocol";
import type { PlaceItem } from "../places/placeItem";
import { asPick, makePlaceList, type PlaceList } from "../places/placeList";
import { isCursor } from "../places/selection";
import type { Server } from "../server/client";
import { asUserError, UserError } from "../userError";
import { selectionOfEditor } from "./explain";
import { LatestQuery } from "./latestQuery";
import { coverageNote, failureItem, nothingFound, passageItem } from "./searchResults";

const MOST_RESULTS = 30;
const PAUSE_MS = 150;

/** Opens the list, empty; typing searches. */
export function searchByMeaning(server: Server, onFailure: (error: unknown) => void): void {
  const list = makePlaceList("Search by Meaning", onFailure);
  list.placeholder = "What does the code do that you look for?";
  const query = new LatestQuery<SearchResult>({
    pauseMs: PAUSE_MS,
    run: (text, token) => server.request(SEARCH, { query: text, limit: MOST_RESULTS, ...folderInUse() }, token),
    onResult: (result) => fill(list, result, true),
    onFailure: (error) => tell(list, failureItem(asUserError(error))),
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

/** Opens the list, filled with code that does what the selected lines do; typing narrows it. */
export async function findSimilar(server: Server, onFailure: (error: unknown) => void): Promise<void> {
  const selection = selectionOfEditor();
  if (isCursor(selection)) throw new UserError("Nothing is selected.", "Select the lines whose likes you look for.");
  const list = makePlaceList("Similar Code", onFailure);
  list.placeholder = "Type to narrow the list.";
  const source = new vscode.CancellationTokenSource();
  list.onDidHide(() => source.cancel());
  list.busy = true;
  list.show();
  try {
    fill(list, await server.request(SIMILAR, { selection, limit: MOST_RESULTS }, source.token), false);
  } catch (error) {
    tell(list, failureItem(asUserError(error)));
  }
}

function fill(list: PlaceList, { passages, search }: SearchResult, alwaysShow: boolean): void {
  list.busy = false;
  const [name] = (list.title ?? "").split(" — ");
  list.title = `${name} — ${coverageNote(search)}`;
  list.items =
    passages.length === 0
      ? [asPick(nothingFound(), true)]
      : passages.map((passage) => asPick(passageItem(passage), alwaysShow));
}

function tell(list: PlaceList, item: PlaceItem): void {
  list.busy = false;
  list.items = [asPick(item, true)];
}

/** Of several folders, the one of the active editor, or else the first. */
function folderInUse(): { folder?: string } {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length < 2) return {};
  const active = vscode.window.activeTextEditor?.document.uri;
  const folder = (active && vscode.workspace.getWorkspaceFolder(active)) ?? folders[0];
  return folder ? { folder: folder.uri.toString() } : {};
}
