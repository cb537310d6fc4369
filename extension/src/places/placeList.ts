/** A list of places in the code: shows what it names while one moves through it, and opens what is taken. */
import * as vscode from "vscode";
import type { OpenablePlace } from "./openSource";
import type { PlaceItem } from "./placeItem";
import { Preview } from "./preview";

const BESIDE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("split-horizontal"),
  tooltip: "Open to the Side",
};

interface PlacePick extends vscode.QuickPickItem {
  readonly place: OpenablePlace | undefined;
}

/** An open list; it is gone when it is hidden. */
export type PlaceList = vscode.QuickPick<PlacePick>;

/** Makes a list; whoever asked for it fills and shows it. */
export function makePlaceList(title: string, onFailure: (error: unknown) => void): PlaceList {
  const list = vscode.window.createQuickPick<PlacePick>();
  const preview = new Preview();
  let taken = false;
  const take = (place: OpenablePlace | undefined, beside: boolean): void => {
    if (!place) return;
    taken = true;
    list.hide();
    preview.take(place, beside).catch(onFailure);
  };
  list.title = title;
  list.onDidChangeActive(([item]) => item?.place && preview.show(item.place));
  list.onDidAccept(() => take(list.activeItems[0]?.place, false));
  list.onDidTriggerItemButton(({ item }) => take(item.place, true));
  list.onDidHide(() => {
    list.dispose();
    if (!taken) preview.undo().catch(onFailure);
  });
  return list;
}

/**
 * A line of the list.
 *
 * @param alwaysShow whatever is typed
 */
export function asPick({ icon, ...item }: PlaceItem, alwaysShow: boolean): PlacePick {
  return { ...item, iconPath: new vscode.ThemeIcon(icon), alwaysShow, buttons: item.place ? [BESIDE] : [] };
}
