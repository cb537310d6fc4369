/** The list that drops down from the top of the window. */

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
    await this.input.fill(text);
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
