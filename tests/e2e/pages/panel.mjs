/** Page object of the side panel. Finds elements only by role and name, as a screen reader does. Hides the iframes. */
import { eventually } from "../eventually.mjs";

const ANSWER_MS = 120_000;
const INDEXING_MS = 180_000;
const INDEXED = /files?, [\d,]+ chunks?(?!.*embedded)/;

/** Sourcewise's side panel, wherever VS Code shows it. */
export class Panel {
  /** @param {import("playwright-core").Page} page */
  constructor(page) {
    this.page = page;
    this.frame = page.frameLocator("iframe.webview.ready").frameLocator("iframe#active-frame");
    this.body = this.frame.locator("body");
    this.askBox = this.frame.getByRole("textbox", { name: "Ask about your code" });
    this.completions = this.frame.getByRole("listbox", { name: "Completions" });
    this.setUp = this.frame.getByRole("region", { name: "Setup" });
    this.footer = this.frame.getByRole("status", { name: "Index and model" });
    this.turns = this.frame.getByRole("log").getByRole("article");
    this.lastTurn = new Turn(this.turns.last());
  }

  /** @param {string | RegExp} name */
  button(name) {
    return this.frame.getByRole("button", { name }).first();
  }

  /** The turn with the given question. */
  turn(question) {
    return new Turn(this.frame.getByRole("article", { name: question }).last());
  }

  /** Asks a question with the keyboard. Resolves to its turn as soon as that is in the conversation. */
  async ask(question) {
    const before = await this.turns.count();
    await this.askBox.click();
    await this.askBox.fill(question);
    await this.askBox.press("Enter");
    const turn = new Turn(this.turns.nth(before));
    await turn.root.waitFor();
    return turn;
  }

  async newChat() {
    await this.button("New Chat").click();
    await eventually("the chat is empty", async () => (await this.turns.count()) === 0);
    // The new chat takes the focus last. Wait for that, so that it takes it from nothing that opens later.
    await eventually("the ask box has the focus", () => this.askBox.evaluate((box) => box.matches(":focus")));
  }

  /** Waits until the footer shows that every chunk has a vector. */
  async untilIndexed() {
    const isIndexed = async () => INDEXED.test(await this.footer.innerText());
    await eventually("everything is indexed", isIndexed, INDEXING_MS);
  }

  /** Opens a chat from the chat history. */
  async openChat(title) {
    await this.button("Chat History").click();
    await this.frame.getByRole("dialog", { name: "Chats" }).getByRole("button", { name: title }).first().click();
  }

  /** @returns {Promise<string>} the size of the index, also while indexing is in progress */
  async indexSize() {
    const titles = await this.footer.locator("[title]").evaluateAll((facts) => facts.map((fact) => fact.title));
    return titles.join(" ");
  }

  /**
   * Asks a question and waits for the complete answer.
   *
   * @returns {Promise<number>} milliseconds from Enter to the painting of the first source, by the panel's own clock
   */
  async timeToSources(question) {
    const before = await this.turns.count();
    const wait = await this.body.evaluateHandle((body, turns) => {
      const isShown = () => body.querySelectorAll("article")[turns]?.querySelector('[aria-label="Sources"] button');
      const painted = new Promise((resolve) => {
        let begin;
        body.addEventListener("keydown", ({ timeStamp }) => (begin = timeStamp), { capture: true, once: true });
        const observer = new globalThis.MutationObserver(() => {
          if (!isShown()) return;
          observer.disconnect();
          globalThis.requestAnimationFrame(() => resolve(globalThis.performance.now() - begin));
        });
        observer.observe(body, { subtree: true, childList: true });
      });
      return { painted };
    }, before);
    const turn = await this.ask(question);
    await turn.untilAnswered();
    return wait.evaluate(({ painted }) => painted);
  }

  /** @returns {Promise<() => Promise<string[]>>} returns the parts of the last turn in order of appearance */
  async watchOrder() {
    const order = await this.body.evaluateHandle((body) => {
      const seen = [];
      const look = () => {
        const turn = [...body.querySelectorAll('[role="log"] article')].at(-1);
        const parts = {
          sources: turn?.querySelector('[aria-label="Sources"] button'),
          text: turn?.querySelector('[aria-label="Answer"]')?.textContent.trim(),
        };
        seen.push(...Object.keys(parts).filter((part) => parts[part] && !seen.includes(part)));
      };
      new globalThis.MutationObserver(look).observe(body, { subtree: true, childList: true, characterData: true });
      return seen;
    });
    return () => order.jsonValue();
  }

  /** @param {"light" | "dark"} scheme */
  async untilThemed(scheme) {
    await this.frame.locator(`body.vscode-${scheme}`).waitFor();
  }
}

/** Page object of a turn: a question with its answer. */
export class Turn {
  /** @param {import("playwright-core").Locator} root */
  constructor(root) {
    this.root = root;
    this.sources = root.getByRole("list", { name: "Sources" }).getByRole("listitem");
    this.answer = root.getByRole("region", { name: "Answer" });
    this.followUps = root.getByRole("list", { name: "Follow-up questions" }).getByRole("button");
  }

  /** The button of a source's card. */
  source(number) {
    return this.root
      .getByRole("list", { name: "Sources" })
      .getByRole("button", { name: new RegExp(`^Source ${number}\\b`) });
  }

  /** The link of the citation `[number]` in the answer. */
  citation(number) {
    return this.answer.getByRole("button", { name: `Source ${number}`, exact: true });
  }

  /** @param {string | RegExp} name */
  button(name) {
    return this.root.getByRole("button", { name }).first();
  }

  /** @returns {Promise<string>} the complete answer */
  async untilAnswered(timeout = ANSWER_MS) {
    await this.button("Regenerate").waitFor({ timeout });
    return this.answer.innerText();
  }

  async untilSources() {
    await this.sources.first().waitFor({ timeout: ANSWER_MS });
  }

  /** Waits until the answer has text. */
  async untilWriting() {
    await eventually("the answer has text", async () => (await this.#text()).trim() !== "", ANSWER_MS);
  }

  /** @returns {Promise<{path: string, startLine: number, endLine: number}>} the location on a source's card */
  async placeOf(number) {
    const name = await this.source(number).evaluate(
      (element) => element.getAttribute("aria-label") ?? element.innerText,
    );
    const match = /^Source \d+: (.+?):(\d+)(?:-(\d+))?/.exec(name);
    if (!match) throw new Error(`The source's name contains no location: ${name}`);
    return { path: match[1], startLine: Number(match[2]), endLine: Number(match[3] ?? match[2]) };
  }

  async #text() {
    return (await this.answer.count()) === 0 ? "" : this.answer.innerText();
  }
}
