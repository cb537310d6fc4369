/** "Explain This": from the context menu, as a code action, and on text that was never saved. */
import assert from "node:assert/strict";
import { scenario } from "../stage.mjs";

export default function explain(stage) {
  const { page, panel, workbench } = stage;

  scenario(
    stage,
    "a selection is explained from the context menu, with its own lines as the first source",
    async () => {
      await stage.openCodebase("web/cache.ts");
      await stage.useModel("codellama");
      await panel.newChat();
      await workbench.selectLines(7, 11);

      // A click beside the selection would take it away.
      await workbench.choose(workbench.token("touch"), "Explain This");

      await panel.lastTurn.untilSources();
      assert.deepEqual(await panel.lastTurn.placeOf(1), { path: "web/cache.ts", startLine: 7, endLine: 11 });
      await panel.lastTurn.untilAnswered();
      await stage.screenshot("explain");
    },
  );

  scenario(stage, "the light bulb offers it for the symbol at the cursor", async () => {
    await stage.useModel("parrot");
    await panel.newChat();
    await workbench.openFile("web/retry.ts");
    await workbench.goToLine(13);
    await page.keyboard.press("Control+.");

    await page.locator(".action-widget").getByText("Explain This").click();

    await panel.lastTurn.untilAnswered();
    assert.match(await panel.lastTurn.root.innerText(), /retry/);
  });

  scenario(stage, "text that was never saved is explained", async () => {
    await panel.newChat();
    await workbench.run("File: New Untitled Text File");
    await page.keyboard.type("def brew(leaves):\nreturn steep(leaves)");
    await page.keyboard.press("Control+a");

    await workbench.run("Sourcewise: Explain This");

    await panel.lastTurn.untilAnswered();
    assert.match(await panel.lastTurn.sources.first().innerText(), /Untitled|brew/);
    await workbench.untilActive("Untitled-");
    await workbench.discardEditor();
  });
}
