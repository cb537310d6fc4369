/** The window of VS Code around the panel. Hides its markup. */
import { eventually } from "../eventually.mjs";

/** A hover that has not come by then will not come. */
const HOVER_MS = 2000;
const BOX_MS = 2000;
/** From the edge of the side bar to the middle of what it is dragged by. */
const SASH = 3;
/** A place in the window where nothing answers to a pointer: the middle of the status bar. */
const NOWHERE = [600, 890];

/** One window, through what a user sees and presses. */
export class Workbench {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    this.statusItem = page.locator('[id="sourcewise.sourcewise.sourcewise.status"]');
    this.activeEditor = page.locator(".editor-group-container.active");
    this.notifications = page.locator(".notifications-toasts .notification-list-item-message");
    this.hover = page.locator(".monaco-hover:not(.hidden) .monaco-hover-content").last();
  }

  /** @param {string} address of `RunningCodeServer.addressOf` */
  async open(address) {
    await this.page.goto(address);
    await this.statusItem.waitFor();
  }

  async reload() {
    await this.page.reload();
    await this.statusItem.waitFor();
  }

  /** Runs a command by the name that the command palette shows. */
  async run(name) {
    await this.#choose("F1", `>${name}`, name);
  }

  /** @param {string} file with `/`; part of a path is enough */
  async openFile(file) {
    const name = file.split("/").at(-1);
    await this.#choose("Control+p", file, name);
    await this.untilActive(name);
  }

  /** @param {string} name of a file */
  async untilActive(name) {
    await this.activeEditor.locator(".tab.active").filter({ hasText: name }).waitFor();
    await this.activeEditor.locator(".view-line").first().waitFor();
  }

  /** @returns {Promise<string>} such as `Ln 5, Col 27 (43 selected)` */
  selection() {
    return this.page.locator("#status\\.editor\\.selection").innerText();
  }

  /** Goes to the beginning of a line, counted from 1. */
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
    const isWhole = async () => (await this.selection()).startsWith(`Ln ${last + 1},`);
    await eventually("the lines are selected", isWhole);
  }

  /** A word of the text as it is coloured in the active editor. */
  token(text) {
    return this.activeEditor.locator(".view-line span span").filter({ hasText: text }).first();
  }

  /** @returns {Promise<string>} how long the extension took to start, as its host says */
  async activationTime() {
    await this.run("Developer: Show Running Extensions");
    const row = this.page.locator(".runtime-extensions-editor .monaco-list-row").filter({ hasText: "Sourcewise" });
    return row.locator(".activation-time").innerText();
  }

  /** Makes the side bar of the panel as wide as people have it who use it. */
  async widenSideBar(pixels) {
    const { x, width, height } = await this.page.locator(".part.auxiliarybar").boundingBox();
    await this.page.mouse.move(x - SASH, height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(x + width - pixels, height / 2, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Closes the editor and what was typed in it. */
  async discardEditor() {
    await this.run("Revert and Close Editor");
  }

  /** Hovers until the hover has the text, for a hover may come late or vanish. */
  async hoverOver(text, expected) {
    const wanted = this.hover.filter({ hasText: expected });
    await eventually(`a hover over ${text} shows ${expected}`, () => this.#hoverOnce(text, wanted));
    return wanted;
  }

  /** @returns {Promise<boolean>} whether anything comes when the pointer rests there */
  hasHover(text) {
    return this.#hoverOnce(text, this.hover);
  }

  async #hoverOnce(text, wanted) {
    await this.page.mouse.move(...NOWHERE);
    await this.page.keyboard.press("Escape");
    await this.hover.waitFor({ state: "hidden" });
    await this.token(text).hover();
    return isDone(wanted.waitFor({ timeout: HOVER_MS }));
  }

  /** Right-clicks and chooses. */
  async choose(target, item) {
    await target.click({ button: "right" });
    const entry = this.page.getByRole("menuitem", { name: item });
    await entry.waitFor();
    // A menu takes no click in its first moments, lest the button that opened it choose from it.
    await eventually(`the menu takes a click on ${item}`, async () => {
      await entry.click({ timeout: BOX_MS }).catch(() => undefined);
      return isDone(entry.waitFor({ state: "hidden", timeout: BOX_MS }));
    });
  }

  /** A file or folder in the explorer. */
  explorerItem(name) {
    return this.page.locator(".explorer-folders-view .monaco-list-row").filter({ hasText: name }).first();
  }

  /** The message of a notification that has this text. */
  notification(text) {
    return this.notifications.filter({ hasText: text }).first();
  }

  /** Presses a button of a dialog or a notification. */
  press(button) {
    return this.page.locator(".monaco-dialog-box, .notifications-toasts").getByRole("button", { name: button }).click();
  }

  /** @param {"light" | "dark"} scheme */
  async useTheme(scheme) {
    await this.page.emulateMedia({ colorScheme: scheme });
    await this.page.locator(scheme === "dark" ? ".monaco-workbench.vs-dark" : ".monaco-workbench.vs").waitFor();
  }

  /**
   * Opens a box, writes into it and clicks the line; again, as long as whatever takes the focus closes the box. By a
   * click: Enter takes what is in focus, which may be a line of the list before.
   */
  async #choose(key, text, row) {
    const line = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: row }).first();
    await eventually(`${key} opens a box that takes ${text}`, async () => {
      await this.page.keyboard.press(key);
      return (await this.#write(text)) && isDone(line.click({ timeout: BOX_MS }));
    });
    await this.page.mouse.move(...NOWHERE);
  }

  /** Gives the box its text without the keyboard: what is typed goes to whatever has the focus, and that changes. */
  #write(text) {
    const input = this.page.locator(".quick-input-widget:visible input").first();
    const write = (box, value) => {
      box.value = value;
      box.dispatchEvent(new globalThis.Event("input", { bubbles: true }));
    };
    return isDone(input.evaluate(write, text, { timeout: BOX_MS }));
  }
}

/** @param {Promise<unknown>} deed */
function isDone(deed) {
  return deed.then(
    () => true,
    () => false,
  );
}
