/**
 * The pictures of the README, with answers of the built-in model: not a test of its own, for it needs a model of 1.1 GB
 * and minutes. Played by `--update-screenshots` alone.
 */
import { scenario } from "../stage.mjs";

const BUILT_IN = /qwen/;
const NOWHERE = "http://127.0.0.1:9";
const MODEL_MS = 900_000;
const QUESTION = "How does findBook avoid asking the catalog service too often, and what happens when a call fails?";

export default function pictures(stage) {
  const { page, panel, quickPick, workbench } = stage;

  scenario(stage, "an answer of the built-in model", async () => {
    await stage.openFolder(stage.codebase, "web/catalog.ts");
    await stage.setUpPython();
    await panel.untilIndexed();
    stage.changeSettings({ "sourcewise.llm.endpoint": NOWHERE, "sourcewise.llm.model": undefined }, "Machine");
    await fetchBuiltInModel();
    await panel.newChat();
    await (await panel.ask(QUESTION)).untilAnswered(MODEL_MS);
    await stage.screenshot("picture-answer");
  });

  scenario(stage, "an explanation", async () => {
    await panel.newChat();
    await workbench.openFile("web/retry.ts");
    await workbench.selectLines(13, 24);
    await workbench.run("Sourcewise: Explain This");
    await panel.lastTurn.untilAnswered(MODEL_MS);
    await stage.screenshot("picture-explain");
  });

  scenario(stage, "a hover", async () => {
    await workbench.openFile("web/catalog.ts");
    await workbench.hoverOver("RecentCache", "Close in meaning");
    await stage.screenshot("picture-hover");
  });

  scenario(stage, "a search with its preview", async () => {
    await workbench.run("Sourcewise: Search by Meaning");
    await quickPick.type("forget the entry that was not used for longest");
    await quickPick.row("cache.ts").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await workbench.untilActive("cache.ts");
    await stage.screenshot("picture-search");
    await quickPick.dismiss();
  });

  scenario(stage, "the menu of the status bar", async () => {
    await workbench.statusItem.click();
    await quickPick.rows.first().waitFor();
    await stage.screenshot("picture-menu");
    await quickPick.dismiss();
    stage.changeSettings({ "sourcewise.llm.endpoint": stage.ollama.endpoint }, "Machine");
  });

  async function fetchBuiltInModel() {
    const button = panel.button(/^Use the built-in model/);
    const ready = panel.footer.filter({ hasText: BUILT_IN });
    await button.or(ready).first().waitFor();
    if (await button.isVisible()) await button.click();
    await ready.waitFor({ timeout: MODEL_MS });
  }
}
