/** Questions to a real model: opening sources, stopping an answer, asking a follow-up question. */
import assert from "node:assert/strict";
import { eventually } from "../eventually.mjs";
import { scenario } from "../session.mjs";

export default function questions(session) {
  const { panel, workbench } = session;

  scenario(session, "clicking a source opens its file and selects its lines", async () => {
    await session.openCodebase("README.md");
    await panel.newChat();
    const turn = await panel.ask("Where are failed calls tried again?");
    await turn.untilSources();
    const { path, startLine, endLine } = await turn.placeOf(1);

    await turn.source(1).click();

    await workbench.untilActive(path.split("/").at(-1));
    const characters = session.linesOf(path, startLine, endLine).length;
    await eventually("the lines of the source are selected", async () => {
      const [, line, selected] = /Ln (\d+), .*\((\d+) selected\)/.exec(await workbench.selection()) ?? [];
      const isEnd = [endLine, endLine + 1].includes(Number(line));
      return isEnd && [characters, characters + 1].includes(Number(selected));
    });
  });

  scenario(session, "Alt-clicking a source opens it beside the active editor", async () => {
    const groups = session.page.locator(".editor-group-container");
    await panel.lastTurn.source(1).click({ modifiers: ["Alt"] });
    await eventually("there are two editor groups", async () => (await groups.count()) === 2);
    await workbench.run("View: Close All Editors");
  });

  scenario(session, "a stopped answer keeps its text and can be regenerated", async () => {
    const turn = panel.lastTurn;
    if (await turn.button("Regenerate").isVisible()) await turn.button("Regenerate").click();
    await turn.untilWriting();

    await panel.button("Stop").click();

    await turn.button("Regenerate").waitFor();
    assert.notEqual((await turn.answer.innerText()).trim(), "");
    await session.screenshot("stopped");
  });

  scenario(session, "a follow-up question is answered in the same chat", async () => {
    const turn = await panel.ask("And who calls it?");

    await turn.untilAnswered();

    assert.equal(await panel.turns.count(), 2);
    assert.ok((await turn.sources.count()) > 0);
  });
}
