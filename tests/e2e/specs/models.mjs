/** Machines without a model: the way out is in the panel. */
import assert from "node:assert/strict";
import { startOllama } from "../ollama.mjs";
import { scenario } from "../stage.mjs";

/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:9";

export default function models(stage) {
  const { panel } = stage;

  scenario(stage, "without Ollama the sources are shown, and the ways to a model", async () => {
    await stage.openCodebase("README.md");
    stage.changeSettings({ "sourcewise.llm.endpoint": NOWHERE, "sourcewise.llm.model": undefined }, "Machine");

    await panel.setUp.getByRole("button", { name: "Get Ollama" }).waitFor();

    await panel.setUp.getByRole("button", { name: /^Use the built-in model \(1\.1 GB\)/ }).waitFor();
    await panel.newChat();
    const turn = await panel.ask("Where are failed calls tried again?");
    await turn.untilSources();
    await stage.screenshot("no-ollama");
    await turn.untilAnswered();
  });

  scenario(stage, "a model that Ollama lacks is downloaded from the panel", async () => {
    const ollama = await startOllama(stage.plan.python, ["--model-name", "codellama", "--not-pulled"]);
    try {
      stage.changeSettings({ "sourcewise.llm.endpoint": ollama.endpoint }, "Machine");

      await panel.button("Download codellama").click();

      await panel.setUp.getByRole("progressbar").waitFor();
      await stage.screenshot("pulling");
      await panel.footer.filter({ hasText: "codellama" }).waitFor();
      assert.equal(await panel.setUp.count(), 0);
    } finally {
      stage.changeSettings({ "sourcewise.llm.endpoint": stage.ollama.endpoint }, "Machine");
      await ollama.stop();
    }
  });
}
