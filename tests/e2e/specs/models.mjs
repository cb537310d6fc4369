/** Machines without a model: the panel offers ways to get one. */
import assert from "node:assert/strict";
import { startOllama } from "../ollama.mjs";
import { scenario } from "../session.mjs";

/** An address where no server listens. */
const NOWHERE = "http://127.0.0.1:9";

export default function models(session) {
  const { panel } = session;

  scenario(session, "without Ollama the panel shows the sources and offers ways to get a model", async () => {
    await session.openCodebase("README.md");
    session.changeSettings({ "sourcewise.llm.endpoint": NOWHERE, "sourcewise.llm.model": undefined }, "Machine");

    await panel.setUp.getByRole("button", { name: "Get Ollama" }).waitFor();

    await panel.setUp.getByRole("button", { name: /^Use the built-in model \(1\.1 GB\)/ }).waitFor();
    await panel.newChat();
    const turn = await panel.ask("Where are failed calls tried again?");
    await turn.untilSources();
    await session.screenshot("no-ollama");
    await turn.untilAnswered();
  });

  scenario(session, "the panel downloads a model that is missing in Ollama", async () => {
    const ollama = await startOllama(session.plan.python, ["--model-name", "codellama", "--not-pulled"]);
    try {
      session.changeSettings({ "sourcewise.llm.endpoint": ollama.endpoint }, "Machine");

      await panel.button("Download codellama").click();

      await panel.setUp.getByRole("progressbar").waitFor();
      await session.screenshot("pulling");
      await panel.footer.filter({ hasText: "codellama" }).waitFor();
      assert.equal(await panel.setUp.count(), 0);
    } finally {
      session.changeSettings({ "sourcewise.llm.endpoint": session.ollama.endpoint }, "Machine");
      await ollama.stop();
    }
  });
}
