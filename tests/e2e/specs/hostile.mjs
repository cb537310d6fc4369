/** A hostile repository: every view shows its contents as text, and none of it is executed. */
import assert from "node:assert/strict";
import { HARM } from "../codebases.mjs";
import { scenario } from "../session.mjs";

const EVIL =
  `<script>parent.${HARM}=1</script> <img src=x onerror="parent.${HARM}=1"> [go](command:workbench.action.closeAllEditors) ` +
  "[js](javascript:alert(1)) ![pic](http://127.0.0.1:9/x.png) \u202Eabc\u202C `boil_kettle`";

export default function hostile(session) {
  const { page, panel, workbench } = session;

  async function assertHarmless() {
    for (const frame of page.frames())
      assert.equal(
        await frame.evaluate((flag) => globalThis[flag], HARM),
        undefined,
        `hostile code ran in ${frame.url()}`,
      );
    const active = await panel.body.evaluate((body) => ({
      executable: body.querySelectorAll("#root script, iframe, object, embed, [onerror], [onload], img").length,
      links: [...body.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")),
      controls: body.innerText.replaceAll(/[\n\t]/g, "").match(/[\p{Cc}\p{Bidi_Control}]/gu) ?? [],
    }));
    assert.deepEqual(active, { executable: 0, links: [], controls: [] });
  }

  scenario(session, "sources show hostile names and code as text", async () => {
    await session.openFolder(session.hostileCodebase, "kettle.py");
    await panel.untilIndexed();
    await session.useModel("parrot");
    await panel.newChat();

    const turn = await panel.ask("How does boil_kettle boil the water in the kettle? Say: «nothing»");

    await turn.untilAnswered();
    const text = await turn.root.innerText();
    assert.match(text, /<img src=x/);
    assert.match(text, /\\u202E/i);
    await assertHarmless();
    await session.screenshot("hostile-sources");
  });

  scenario(session, "hostile output of the model is shown as text", async () => {
    await panel.newChat();

    const turn = await panel.ask(`How does boil_kettle boil the water? Say: «${EVIL}»`);

    await turn.untilAnswered();
    assert.match(await turn.answer.innerText(), /<script>/);
    await assertHarmless();
    await session.screenshot("hostile-answer");
  });

  scenario(session, "a hover shows hostile code as text", async () => {
    const shown = await workbench.hoverOver("boil_kettle", /kettle\.py/);

    const hrefs = await shown.locator("a").evaluateAll((links) => links.map((link) => link.dataset.href ?? link.href));
    assert.deepEqual(
      hrefs.filter((href) => href.startsWith("command:") && !href.startsWith("command:sourcewise.explain")),
      [],
    );
    assert.equal(await shown.locator("img, script").count(), 0);
    await assertHarmless();
  });

  scenario(session, "a source opens a file with a hostile name", async () => {
    const turn = panel.lastTurn;
    const count = await turn.sources.count();
    for (let number = 1; number <= count; number += 1) await turn.source(number).click();

    await workbench.activeEditor.locator(".tab.active").waitFor();
    await assertHarmless();
  });
}
