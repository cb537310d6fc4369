/** The list that drops down from the top of the window. */
import { eventually } from "../eventually.mjs";

/** The quick pick that is open. */
export class QuickPick {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    this.widget = page.locator(".quick-input-widget:visible");
    this.input = this.widget.locator("input").first();
    this.rows = this.widget.locator(".quick-input-list .monaco-list-row");
  }

  /** @param {string | RegExp} text */
  row(text) {
    return this.rows.filter({ hasText: text }).first();
  }

  async type(text) {
    await this.input.waitFor();
    // A file that opens late takes the focus for its editor, and what is typed with it.
    await eventually("the text is in the box", async () => {
      await this.input.focus();
      if ((await this.input.and(this.page.locator(":focus")).count()) === 0) return false;
      await this.input.fill(text);
      return (await this.input.inputValue()) === text;
    });
  }

  /** Types the text, again if it is there already, and waits for what is found. */
  async search(text) {
    // A blank, not nothing: to fill in nothing is to press Delete, which another part of the window may take for itself.
    await this.type(" ");
    await eventually("the list is empty", async () => (await this.rows.count()) === 0);
    await this.type(text);
    await this.rows.first().waitFor();
  }

  /** @returns {Promise<string>} the path that the line in focus begins with */
  async focusedFile() {
    const text = await this.widget.locator(".monaco-list-row.focused").innerText();
    return /^\s*(\S+?):\d/.exec(text)?.[1] ?? text;
  }

  async choose(text) {
    await this.row(text).click();
    await this.widget.waitFor({ state: "hidden" });
  }

  async dismiss() {
    await this.page.keyboard.press("Escape");
    await this.widget.waitFor({ state: "hidden" });
  }
}
