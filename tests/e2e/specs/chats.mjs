/** Conversations: a new one, the ones before, and that none is lost when the window is loaded again. */
import assert from "node:assert/strict";
import { eventually } from "../eventually.mjs";
import { scenario } from "../stage.mjs";

const FIRST = "How are failed calls retried? Say: «the first chat»";
const SECOND = "What does RecentCache keep? Say: «the second chat»";

export default function chats(stage) {
  const { page, panel, workbench } = stage;
  const dialog = panel.frame.getByRole("dialog", { name: "Chats" });

  scenario(stage, "an earlier chat is found in the history", async () => {
    await stage.openCodebase();
    await stage.useModel("parrot");
    for (const question of [FIRST, SECOND]) {
      await panel.newChat();
      await (await panel.ask(question)).untilAnswered();
    }
    await panel.button("Chat History").click();
    await dialog.waitFor();
    await stage.screenshot("history");

    await dialog.getByRole("button", { name: /^How are failed calls/ }).click();

    await panel.turn(FIRST).root.waitFor();
    assert.match(await panel.turn(FIRST).answer.innerText(), /first chat/);
  });

  scenario(stage, "chats and their sources are there after the window was loaded again", async () => {
    await workbench.reload();
    await stage.showPanel();

    await panel.turns.first().waitFor();
    await panel.openChat(/^What does RecentCache/);
    await panel.turn(SECOND).root.waitFor();
    await panel.openChat(/^How are failed calls/);
    await panel.turn(FIRST).root.waitFor();
    await panel.lastTurn.source(1).click();

    const { path } = await panel.lastTurn.placeOf(1);
    await workbench.untilActive(path.split("/").at(-1));
  });

  scenario(stage, "a chat that is deleted is gone", async () => {
    await panel.button("Chat History").click();

    await dialog.getByRole("button", { name: /^Delete chat: What does RecentCache/ }).click();

    const left = dialog.getByRole("button", { name: /^What does RecentCache/ });
    await eventually("the chat is gone from the list", async () => (await left.count()) === 0);
    await page.keyboard.press("Escape");
  });
}
