/** The status bar item with its menu, and what the explorer offers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { eventually } from "../eventually.mjs";
import { scenario } from "../stage.mjs";

export default function status(stage) {
  const { page, panel, quickPick, workbench } = stage;

  scenario(stage, "the menu pauses indexing, and resumes it", async () => {
    await stage.openCodebase("web/cache.ts");
    await workbench.statusItem.click();
    await quickPick.rows.first().waitFor();
    await stage.screenshot("status-menu");
    await quickPick.choose(/pause/i);
    await panel.footer.filter({ hasText: /paused/i }).waitFor();

    await panel.button("Resume").click();

    await panel.untilIndexed();
  });

  scenario(stage, "the menu tells why the file in the editor is indexed", async () => {
    await workbench.statusItem.click();

    await quickPick.choose(/why/i);

    await workbench.notification(/cache\.ts/).waitFor();
    await workbench.run("Notifications: Clear All Notifications");
  });

  scenario(stage, "the explorer tells why a file is not indexed", async () => {
    await workbench.explorerItem("notes").click();

    await workbench.choose(workbench.explorerItem("secret.log"), /Why Is This/);

    await workbench.notification(/\.gitignore/).waitFor();
    await stage.screenshot("why");
    await workbench.run("Notifications: Clear All Notifications");
  });

  scenario(stage, "a file that is excluded from the explorer is no longer found", async () => {
    await workbench.choose(workbench.explorerItem("retry.ts"), "Exclude from Sourcewise");

    const rules = path.join(stage.codebase, ".sourcewiseignore");
    await eventually("the rule is written", () => read(rules).includes("/web/retry.ts"));
    await workbench.run("Notifications: Clear All Notifications");
    await workbench.run("Sourcewise: Search by Meaning");
    await eventually("the file is no longer found", async () => {
      await quickPick.search("gave up after attempts");
      return (await quickPick.row("web/retry.ts:").count()) === 0;
    });
    await quickPick.dismiss();
  });

  scenario(stage, "the report for others has no name of a folder in it", async () => {
    await workbench.run("Sourcewise: Diagnose");

    await workbench.activeEditor
      .locator(".view-line")
      .filter({ hasText: /sourcewise/i })
      .first()
      .waitFor();
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+c");
    const report = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(!report.includes(stage.codebase) && !report.includes("library"), report);
  });
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
