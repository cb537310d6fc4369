/** Previews locations while the user moves through a list. Hides how the previous editor state is saved and restored. */
import * as vscode from "vscode";
import { type OpenablePlace, openPlace } from "./openSource";

/** The previews of one list, from its opening to its end. */
export class Preview {
  private readonly before = vscode.window.activeTextEditor;
  private readonly visible = this.before?.visibleRanges[0];
  private readonly selection = this.before?.selection;
  private readonly wasPreview = vscode.window.tabGroups.activeTabGroup.activeTab?.isPreview ?? false;
  private readonly openBefore = new Set(textTabs().map(([, uri]) => uri));
  private work: Promise<void> = Promise.resolve();
  private latest = 0;

  /** Previews a location and keeps the focus in the list. Returns immediately; a later call supersedes a pending one. */
  show(place: OpenablePlace): void {
    const turn = ++this.latest;
    this.work = this.work
      .then(() =>
        turn === this.latest ? openPlace(place, { beside: false, preview: true, preserveFocus: true }) : undefined,
      )
      .catch(() => undefined); // The error is reported if the user accepts this item.
  }

  /** Opens the accepted location permanently. */
  async accept(place: OpenablePlace, beside: boolean): Promise<void> {
    this.latest++;
    await this.work;
    await openPlace(place, { beside });
  }

  /** Restores the previous editor, selection and tabs. */
  async undo(): Promise<void> {
    this.latest++;
    await this.work;
    if (this.before && this.selection) {
      const { document, viewColumn } = this.before;
      const editor = await vscode.window.showTextDocument(document.uri, {
        viewColumn: viewColumn ?? vscode.ViewColumn.Active,
        selection: this.selection,
        preview: this.wasPreview,
      });
      if (this.visible) editor.revealRange(this.visible, vscode.TextEditorRevealType.AtTop);
    }
    const opened = textTabs().filter(([tab, uri]) => tab.isPreview && !this.openBefore.has(uri));
    await vscode.window.tabGroups.close(opened.map(([tab]) => tab));
  }
}

function textTabs(): (readonly [vscode.Tab, string])[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap((tab) => (tab.input instanceof vscode.TabInputText ? [[tab, tab.input.uri.toString()] as const] : [])),
  );
}
