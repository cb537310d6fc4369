/** The status bar item with its menu, and the explorer's commands. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "../eventually.mjs";
import { scenario } from "../session.mjs";

export default function status(session) {
  const { page, panel, quickPick, workbench } = session;

  scenario(session, "the menu pauses indexing, and the panel resumes it", async () => {
    await session.openCodebase("web/cache.ts");
    await workbench.statusItem.click();
    await quickPick.rows.first().waitFor();
    await session.screenshot("status-menu");
    await quickPick.choose(/pause/i);
    await panel.footer.filter({ hasText: /paused/i }).waitFor();

    await panel.button("Resume").click();

    await panel.untilIndexed();
  });

  scenario(session, "the menu explains why the file in the editor is indexed", async () => {
    await workbench.statusItem.click();

    await quickPick.choose(/why/i);

    await workbench.notification(/cache\.ts/).waitFor();
    await workbench.run("Notifications: Clear All Notifications");
  });

  scenario(session, "the explorer explains why a file is not indexed", async () => {
    await workbench.explorerItem("notes").click();

    await workbench.choose(workbench.explorerItem("secret.log"), /Why Is This/);

    await workbench.notification(/\.gitignore/).waitFor();
    await session.screenshot("why");
    await workbench.run("Notifications: Clear All Notifications");
  });

  scenario(session, "search no longer finds a file that was excluded in the explorer", async () => {
    await workbench.choose(workbench.explorerItem("retry.ts"), "Exclude from Sourcewise");

    const rules = path.join(session.codebase, ".sourcewiseignore");
    await eventually("the rule is written", () => read(rules).includes("/web/retry.ts"));
    await workbench.run("Notifications: Clear All Notifications");
    await workbench.run("Sourcewise: Search by Meaning");
    await eventually("the file is no longer found", async () => {
      await quickPick.search("gave up after attempts");
      return (await quickPick.row("web/retry.ts:").count()) === 0;
    });
    await quickPick.dismiss();
  });

  scenario(session, "the diagnostic report contains no folder names", async () => {
    await workbench.run("Sourcewise: Diagnose");

    await workbench.activeEditor
      .locator(".view-line")
      .filter({ hasText: /sourcewise/i })
      .first()
      .waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+c");
    const report = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(!report.includes(session.codebase) && !report.includes("library"), report);
  });
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
