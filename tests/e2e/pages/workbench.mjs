/** Page object of the VS Code window around the panel. Hides its markup. */
import { eventually } from "../eventually.mjs";

/** A hover that does not appear within this time will not appear. */
const HOVER_MS = 2000;
const BOX_MS = 2000;
/** Pixels from the edge of the side bar to the middle of its drag handle. */
const SASH = 3;
/** A point in the window where nothing reacts to the pointer: the middle of the status bar. */
const NOWHERE = [600, 890];

/** A VS Code window, operated as a user does. */
export class Workbench {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    this.statusItem = page.locator('[id="sourcewise.sourcewise.sourcewise.status"]');
    this.activeEditor = page.locator(".editor-group-container.active");
    this.notifications = page.locator(".notifications-toasts .notification-list-item-message");
    this.hover = page.locator(".monaco-hover:not(.hidden) .monaco-hover-content").last();
  }

  /** @param {string} address an address from `RunningCodeServer.addressOf` */
  async open(address) {
    await this.page.goto(address);
    await this.statusItem.waitFor();
  }

  async reload() {
    await this.page.reload();
    await this.statusItem.waitFor();
  }

  /** Runs a command by its name in the command palette. */
  async run(name) {
    await this.#choose("F1", `>${name}`, name);
  }

  /** @param {string} file a path with `/`, or the end of one */
  async openFile(file) {
    const name = file.split("/").at(-1);
    await this.#choose("Control+p", file, name);
    await this.untilActive(name);
  }

  /** @param {string} name a file name */
  async untilActive(name) {
    await this.activeEditor.locator(".tab.active").filter({ hasText: name }).waitFor();
    await this.activeEditor.locator(".view-line").first().waitFor();
  }

  /** @returns {Promise<string>} for example `Ln 5, Col 27 (43 selected)` */
  selection() {
    return this.page.locator("#status\\.editor\\.selection").innerText();
  }

  /** Moves the cursor to the start of a line, counted from 1. */
  async goToLine(line) {
    await eventually(`the cursor is on line ${line}`, async () => {
      await this.page.keyboard.press("Control+g");
      if (!(await this.#write(`:${line}`))) return false;
      await this.page.keyboard.press("Enter");
      await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
      return (await this.selection()).startsWith(`Ln ${line},`);
    });
  }

  /** Selects whole lines, counted from 1, both included. */
  async selectLines(first, last) {
    await this.goToLine(first);
    for (let line = first; line <= last; line += 1) await this.page.keyboard.press("Shift+ArrowDown");
    const isSelected = async () => (await this.selection()).startsWith(`Ln ${last + 1},`);
    await eventually("the lines are selected", isSelected);
  }

  /** A syntax-highlighted token in the active editor. */
  token(text) {
    return this.activeEditor.locator(".view-line span span").filter({ hasText: text }).first();
  }

  /** @returns {Promise<string>} the extension's activation time, as the extension host reports it */
  async activationTime() {
    await this.run("Developer: Show Running Extensions");
    const row = this.page.locator(".runtime-extensions-editor .monaco-list-row").filter({ hasText: "Sourcewise" });
    return row.locator(".activation-time").innerText();
  }

  /** Widens the panel's side bar to a realistic width. */
  async widenSideBar(pixels) {
    const { x, width, height } = await this.page.locator(".part.auxiliarybar").boundingBox();
    await this.page.mouse.move(x - SASH, height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(x + width - pixels, height / 2, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Closes the editor and discards its text. */
  async discardEditor() {
    await this.run("Revert and Close Editor");
  }

  /** Hovers repeatedly until the hover has the text, because a hover may appear late or vanish. */
  async hoverOver(text, expected) {
    const wanted = this.hover.filter({ hasText: expected });
    await eventually(`a hover over ${text} shows ${expected}`, () => this.#hoverOnce(text, wanted));
    return wanted;
  }

  /** @returns {Promise<boolean>} whether a hover appears for the token */
  hasHover(text) {
    return this.#hoverOnce(text, this.hover);
  }

  async #hoverOnce(text, wanted) {
    await this.page.mouse.move(...NOWHERE);
    await this.page.keyboard.press("Escape");
    await this.hover.waitFor({ state: "hidden" });
    await this.token(text).hover();
    return succeeds(wanted.waitFor({ timeout: HOVER_MS }));
  }

  /** Right-clicks the target and chooses an item from its context menu. */
  async choose(target, item) {
    await target.click({ button: "right" });
    const entry = this.page.getByRole("menuitem", { name: item });
    await entry.waitFor();
    // A new menu ignores clicks for a moment, so that the click that opened it does not choose an item.
    await eventually(`the menu accepts a click on ${item}`, async () => {
      await entry.click({ timeout: BOX_MS }).catch(() => undefined);
      return succeeds(entry.waitFor({ state: "hidden", timeout: BOX_MS }));
    });
  }

  /** A file or folder in the explorer. */
  explorerItem(name) {
    return this.page.locator(".explorer-folders-view .monaco-list-row").filter({ hasText: name }).first();
  }

  /** The message of a notification with the given text. */
  notification(text) {
    return this.notifications.filter({ hasText: text }).first();
  }

  /** Presses a button in a dialog or a notification. */
  press(button) {
    return this.page.locator(".monaco-dialog-box, .notifications-toasts").getByRole("button", { name: button }).click();
  }

  /** @param {"light" | "dark"} scheme */
  async useTheme(scheme) {
    await this.page.emulateMedia({ colorScheme: scheme });
    await this.page.locator(scheme === "dark" ? ".monaco-workbench.vs-dark" : ".monaco-workbench.vs").waitFor();
  }

  /**
   * Opens a quick input box, enters the text and clicks the row. Retries when the box closes because something else
   * takes the focus. Clicks because Enter chooses the focused row, which may belong to the previous list.
   */
  async #choose(key, text, row) {
    const line = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: row }).first();
    await eventually(`${key} opens a box that accepts ${text}`, async () => {
      await this.page.keyboard.press(key);
      return (await this.#write(text)) && succeeds(line.click({ timeout: BOX_MS }));
    });
    await this.page.mouse.move(...NOWHERE);
  }

  /** Sets the text of the box directly, because typed text would go to whatever has the focus, which changes. */
  #write(text) {
    const input = this.page.locator(".quick-input-widget:visible input").first();
    const write = (box, value) => {
      box.value = value;
      box.dispatchEvent(new globalThis.Event("input", { bubbles: true }));
    };
    return succeeds(input.evaluate(write, text, { timeout: BOX_MS }));
  }
}

/** Resolves to whether the action succeeds. @param {Promise<unknown>} action */
function succeeds(action) {
  return action.then(
    () => true,
    () => false,
  );
}
