/**
 * Takes the README's screenshots, with answers from the built-in model. Not a test, because it needs a model of 1.1 GB
 * and several minutes. Only `--update-screenshots` runs it.
 */
import { scenario } from "../session.mjs";

const BUILT_IN = /qwen/;
const NOWHERE = "http://127.0.0.1:9";
const MODEL_MS = 900_000;
const QUESTION = "How does findBook avoid asking the catalog service too often, and what happens when a call fails?";

export default function pictures(session) {
  const { page, panel, quickPick, workbench } = session;

  scenario(session, "an answer from the built-in model", async () => {
    await session.openFolder(session.codebase, "web/catalog.ts");
    await session.setUpPython();
    await panel.untilIndexed();
    session.changeSettings({ "sourcewise.llm.endpoint": NOWHERE, "sourcewise.llm.model": undefined }, "Machine");
    await fetchBuiltInModel();
    await panel.newChat();
    await (await panel.ask(QUESTION)).untilAnswered(MODEL_MS);
    await session.screenshot("picture-answer");
  });

  scenario(session, "an explanation", async () => {
    await panel.newChat();
    await workbench.openFile("web/retry.ts");
    await workbench.selectLines(13, 24);
    await workbench.run("Sourcewise: Explain This");
    await panel.lastTurn.untilAnswered(MODEL_MS);
    await session.screenshot("picture-explain");
  });

  scenario(session, "a hover", async () => {
    await workbench.openFile("web/catalog.ts");
    await workbench.hoverOver("RecentCache", "Similar code");
    await session.screenshot("picture-hover");
  });

  scenario(session, "a search with a preview", async () => {
    await workbench.run("Sourcewise: Search by Meaning");
    await quickPick.type("forget the entry that was not used for longest");
    await quickPick.row("cache.ts").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await workbench.untilActive("cache.ts");
    await session.screenshot("picture-search");
    await quickPick.dismiss();
  });

  scenario(session, "the status bar menu", async () => {
    await workbench.statusItem.click();
    await quickPick.rows.first().waitFor();
    await session.screenshot("picture-menu");
    await quickPick.dismiss();
    session.changeSettings({ "sourcewise.llm.endpoint": session.ollama.endpoint }, "Machine");
  });

  async function fetchBuiltInModel() {
    const button = panel.button(/^Use the built-in model/);
    const ready = panel.footer.filter({ hasText: BUILT_IN });
    await button.or(ready).first().waitFor();
    if (await button.isVisible()) await button.click();
    await ready.waitFor({ timeout: MODEL_MS });
  }
}
