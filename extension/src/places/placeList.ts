/** A quick pick of locations in the code. Previews the active item, and opens the accepted one. */
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

/** A list of locations. It is disposed of when it is hidden. */
export type PlaceList = vscode.QuickPick<PlacePick>;

/** Creates a list. The caller fills and shows it. */
export function makePlaceList(title: string, onFailure: (error: unknown) => void): PlaceList {
  const list = vscode.window.createQuickPick<PlacePick>();
  const preview = new Preview();
  let accepted = false;
  const accept = (place: OpenablePlace | undefined, beside: boolean): void => {
    if (!place) return;
    accepted = true;
    list.hide();
    preview.accept(place, beside).catch(onFailure);
  };
  list.title = title;
  list.onDidChangeActive(([item]) => item?.place && preview.show(item.place));
  list.onDidAccept(() => accept(list.activeItems[0]?.place, false));
  list.onDidTriggerItemButton(({ item }) => accept(item.place, true));
  list.onDidHide(() => {
    list.dispose();
    if (!accepted) preview.undo().catch(onFailure);
  });
  return list;
}

/**
 * Returns an item of the list.
 *
 * @param alwaysShow show the item even if it does not match the typed text
 */
export function asPick({ icon, ...item }: PlaceItem, alwaysShow: boolean): PlacePick {
  return { ...item, iconPath: new vscode.ThemeIcon(icon), alwaysShow, buttons: item.place ? [BESIDE] : [] };
}
