/** Semantic search in a quick pick with previews, and search for code similar to the selection. */
import assert from "node:assert/strict";
import { scenario } from "../session.mjs";

export default function search(session) {
  const { page, quickPick, workbench } = session;

  scenario(session, "results appear while typing, and the focused one is previewed", async () => {
    await session.openCodebase("README.md");
    await workbench.run("Sourcewise: Search by Meaning");

    await quickPick.type("forget the entry that was not used for longest");

    await quickPick.row("cache.ts").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await workbench.untilActive((await quickPick.focusedFile()).split("/").at(-1));
    await session.screenshot("search");
  });

  scenario(session, "Escape restores the previous editor, and choosing a result opens it", async () => {
    await quickPick.dismiss();
    await workbench.untilActive("README.md");
    await workbench.run("Sourcewise: Search by Meaning");
    await quickPick.type("a pause between attempts that grows");
    await quickPick.row("retry.ts").waitFor();

    await quickPick.choose("retry.ts");

    await workbench.untilActive("retry.ts");
    assert.match(await workbench.selection(), /selected/);
  });

  scenario(session, "Find Similar Code excludes the selection itself", async () => {
    await workbench.openFile("json/decoder.py");
    await workbench.selectLines(20, 40);

    await workbench.run("Sourcewise: Find Similar Code");

    await quickPick.rows.first().waitFor();
    await session.screenshot("similar");
    await quickPick.dismiss();
  });
}
