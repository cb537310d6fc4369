/** Search by meaning in a quick pick with previews, and code that is like the selection. */
import assert from "node:assert/strict";
import { scenario } from "../stage.mjs";

export default function search(stage) {
  const { page, quickPick, workbench } = stage;

  scenario(stage, "results come while typing, and the one in focus is previewed", async () => {
    await stage.openCodebase("README.md");
    await workbench.run("Sourcewise: Search by Meaning");

    await quickPick.type("forget the entry that was not used for longest");

    await quickPick.row("cache.ts").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await workbench.untilActive((await quickPick.focusedFile()).split("/").at(-1));
    await stage.screenshot("search");
  });

  scenario(stage, "Escape brings back what was open, and Enter opens", async () => {
    await quickPick.dismiss();
    await workbench.untilActive("README.md");
    await workbench.run("Sourcewise: Search by Meaning");
    await quickPick.type("a pause between attempts that grows");
    await quickPick.row("retry.ts").waitFor();

    await quickPick.choose("retry.ts");

    await workbench.untilActive("retry.ts");
    assert.match(await workbench.selection(), /selected/);
  });

  scenario(stage, "similar code is found for a selection, without the selection itself", async () => {
    await workbench.openFile("json/decoder.py");
    await workbench.selectLines(20, 40);

    await workbench.run("Sourcewise: Find Similar Code");

    await quickPick.rows.first().waitFor();
    await stage.screenshot("similar");
    await quickPick.dismiss();
  });
}
