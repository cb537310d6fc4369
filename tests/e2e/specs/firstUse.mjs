/** First use with a clean profile: from an installed VSIX to the first answer, without a terminal. */
import assert from "node:assert/strict";
import { scenario } from "../session.mjs";

const SET_UP_MS = 600_000;

export default function firstUse(session) {
  scenario(session, "the panel offers to set up Python and shows the progress", async () => {
    await session.openFolder(session.codebase, "http/cookies.py");
    const { panel } = session;
    await panel.button("Set Up").waitFor();
    await session.screenshot("set-up");

    await panel.button("Set Up").click();

    await panel.setUp.locator('[role="progressbar"][aria-valuenow]').waitFor();
    await session.screenshot("setting-up");
    await panel.footer.filter({ hasText: /\d/ }).waitFor({ timeout: SET_UP_MS });
  });

  scenario(session, "the first question shows its sources before the text of the answer", async () => {
    const { panel } = session;
    const order = await panel.watchOrder();

    const turn = await panel.ask("How does a cookie get parsed from a header?");

    await turn.untilSources();
    assert.match((await turn.placeOf(1)).path, /cookies\.py$/);
    await turn.untilAnswered();
    assert.deepEqual(await order(), ["sources", "text"]);
    await session.screenshot("answer");
  });

  scenario(session, "the panel shows when the whole folder is indexed", async () => {
    await session.panel.untilIndexed();
    await session.screenshot("indexed");
  });
}
