/** Chats: new ones, earlier ones, and that none is lost when the window is reloaded. */
import assert from "node:assert/strict";
import { eventually } from "../eventually.mjs";
import { scenario } from "../session.mjs";

const FIRST = "How are failed calls retried? Say: «the first chat»";
const SECOND = "What does RecentCache keep? Say: «the second chat»";

export default function chats(session) {
  const { page, panel, workbench } = session;
  const dialog = panel.frame.getByRole("dialog", { name: "Chats" });

  scenario(session, "the history opens an earlier chat", async () => {
    await session.openCodebase();
    await session.useModel("parrot");
    for (const question of [FIRST, SECOND]) {
      await panel.newChat();
      await (await panel.ask(question)).untilAnswered();
    }
    await panel.button("Chat History").click();
    await dialog.waitFor();
    await session.screenshot("history");

    await dialog.getByRole("button", { name: /^How are failed calls/ }).click();

    await panel.turn(FIRST).root.waitFor();
    assert.match(await panel.turn(FIRST).answer.innerText(), /first chat/);
  });

  scenario(session, "chats and their sources survive a reload of the window", async () => {
    await workbench.reload();
    await session.showPanel();

    await panel.turns.first().waitFor();
    await panel.openChat(/^What does RecentCache/);
    await panel.turn(SECOND).root.waitFor();
    await panel.openChat(/^How are failed calls/);
    await panel.turn(FIRST).root.waitFor();
    await panel.lastTurn.source(1).click();

    const { path } = await panel.lastTurn.placeOf(1);
    await workbench.untilActive(path.split("/").at(-1));
  });

  scenario(session, "a deleted chat disappears from the history", async () => {
    await panel.button("Chat History").click();

    await dialog.getByRole("button", { name: /^Delete chat: What does RecentCache/ }).click();

    const left = dialog.getByRole("button", { name: /^What does RecentCache/ });
    await eventually("the chat has disappeared from the list", async () => (await left.count()) === 0);
    await page.keyboard.press("Escape");
  });
}
