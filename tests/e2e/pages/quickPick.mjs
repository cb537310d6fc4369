/** Page object of the quick pick, the list that drops down from the top of the window. */
import { eventually } from "../eventually.mjs";

/** The open quick pick. */
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
    // The editor of a file that opens late takes the focus, and would receive the typed text.
    await eventually("the text is in the box", async () => {
      await this.input.focus();
      if ((await this.input.and(this.page.locator(":focus")).count()) === 0) return false;
      await this.input.fill(text);
      return (await this.input.inputValue()) === text;
    });
  }

  /** Types the text, even if the box contains it already, and waits for results. */
  async search(text) {
    // A space, because filling in an empty string presses Delete, which another part of the window may handle.
    await this.type(" ");
    await eventually("the list is empty", async () => (await this.rows.count()) === 0);
    await this.type(text);
    await this.rows.first().waitFor();
  }

  /** @returns {Promise<string>} the path at the start of the focused row */
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
