/** A clean profile: from an installed VSIX to the first answer without a terminal. */
import assert from "node:assert/strict";
import { scenario } from "../stage.mjs";

const SET_UP_MS = 600_000;

export default function firstUse(stage) {
  scenario(stage, "the panel offers to set up Python, and shows how far it is", async () => {
    await stage.openFolder(stage.codebase, "http/cookies.py");
    const { panel } = stage;
    await panel.button("Set Up").waitFor();
    await stage.screenshot("set-up");

    await panel.button("Set Up").click();

    await panel.setUp.locator('[role="progressbar"][aria-valuenow]').waitFor();
    await stage.screenshot("setting-up");
    await panel.footer.filter({ hasText: /\d/ }).waitFor({ timeout: SET_UP_MS });
  });

  scenario(stage, "the first question is answered from sources that are there before the text", async () => {
    const { panel } = stage;
    const order = await panel.watchOrder();

    const turn = await panel.ask("How does a cookie get parsed from a header?");

    await turn.untilSources();
    assert.match((await turn.placeOf(1)).path, /cookies\.py$/);
    await turn.untilAnswered();
    assert.deepEqual(await order(), ["sources", "text"]);
    await stage.screenshot("answer");
  });

  scenario(stage, "the whole folder is indexed, and the panel says so", async () => {
    await stage.panel.untilIndexed();
    await stage.screenshot("indexed");
  });
}
