/** "Explain This": from the context menu, as a code action, and on unsaved text. */
import assert from "node:assert/strict";
import { scenario } from "../session.mjs";

export default function explain(session) {
  const { page, panel, workbench } = session;

  scenario(session, "the context menu explains a selection, whose lines are the first source", async () => {
    await session.openCodebase("web/cache.ts");
    await session.useModel("codellama");
    await panel.newChat();
    await workbench.selectLines(7, 11);

    // A click outside the selection would clear it.
    await workbench.choose(workbench.token("touch"), "Explain This");

    await panel.lastTurn.untilSources();
    assert.deepEqual(await panel.lastTurn.placeOf(1), { path: "web/cache.ts", startLine: 7, endLine: 11 });
    await panel.lastTurn.untilAnswered();
    await session.screenshot("explain");
  });

  scenario(session, "the light bulb explains the symbol at the cursor", async () => {
    await session.useModel("parrot");
    await panel.newChat();
    await workbench.openFile("web/retry.ts");
    await workbench.goToLine(13);
    await page.keyboard.press("Control+.");

    await page.locator(".action-widget").getByText("Explain This").click();

    await panel.lastTurn.untilAnswered();
    assert.match(await panel.lastTurn.root.innerText(), /retry/);
  });

  scenario(session, "text that was never saved can be explained", async () => {
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
