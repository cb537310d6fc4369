/** What can be done with an answer. The model says what it is told to, so that every kind of content comes. */
import assert from "node:assert/strict";
import { eventually } from "../eventually.mjs";
import { scenario } from "../stage.mjs";

const CODE = "retry(call, options)";
const TOLD = `What does findBook do when a call fails? Say: «It calls \`findBook\` and \`noSuchName\` [1]. Wrong: [99].\n\n\`\`\`ts\n${CODE}\n\`\`\`\n»`;

export default function answers(stage) {
  const { page, panel, workbench } = stage;
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

  scenario(stage, "another model answers as soon as the setting names it", async () => {
    await stage.openCodebase("web/retry.ts");
    await panel.newChat();
    await stage.useModel("parrot");

    await (await panel.ask(TOLD)).untilAnswered();

    assert.match(await panel.lastTurn.root.innerText(), /parrot/);
    await stage.screenshot("answer-with-code");
  });

  scenario(stage, "a citation opens its source, and one that names no source is no link", async () => {
    const turn = panel.lastTurn;
    const { path } = await turn.placeOf(1);

    await turn.citation(1).click();

    await workbench.untilActive(path.split("/").at(-1));
    assert.equal(await turn.citation(99).count(), 0);
  });

  scenario(stage, "a name that the code knows opens its definition, and another is no link", async () => {
    const { answer } = panel.lastTurn;

    await answer.getByRole("button", { name: "findBook" }).click();

    await workbench.untilActive("catalog.ts");
    assert.equal(await answer.getByRole("button", { name: "noSuchName" }).count(), 0);
  });

  scenario(stage, "code is copied, and the answer too, with its sources", async () => {
    await panel.lastTurn.button("Copy code").click();
    await eventually("the code is in the clipboard", async () => (await clipboard()).trim() === CODE);

    await panel.lastTurn.button("Copy answer").click();

    await eventually("the answer is there", async () => (await clipboard()).includes("It calls `findBook`"));
  });

  scenario(stage, "code is inserted at the cursor", async () => {
    await workbench.run("File: New Untitled Text File");
    await workbench.untilActive("Untitled-");

    await panel.lastTurn.button("Insert at Cursor").click();

    await workbench.activeEditor.locator(".view-line").filter({ hasText: "retry(call," }).waitFor();
    await workbench.discardEditor();
  });

  scenario(stage, "a file named with @ narrows the question, and is completed by keyboard", async () => {
    await panel.newChat();
    await panel.askBox.fill("");
    await panel.askBox.pressSequentially("How is JSON encoded? Say: «one» @encod");
    await panel.completions.getByRole("option", { name: /encoder\.py/ }).waitFor();
    await stage.screenshot("completion");
    await panel.askBox.press("Enter");
    assert.match(await panel.askBox.inputValue(), /@json\/encoder\.py/);

    await panel.askBox.press("Enter");

    await panel.lastTurn.untilAnswered();
    const places = await panel.lastTurn.sources.count();
    for (let number = 1; number <= places; number += 1)
      assert.equal((await panel.lastTurn.placeOf(number)).path, "json/encoder.py");
  });

  scenario(
    stage,
    "a language after @lang: narrows the question, and is completed from what the index has",
    async () => {
      await panel.newChat();
      await panel.askBox.fill("");
      await panel.askBox.pressSequentially("How is something found? Say: «one» @lang:");
      await panel.completions.getByRole("option", { name: /python/ }).waitFor();
      await panel.askBox.pressSequentially("type");
      await panel.completions.getByRole("option", { name: /python/ }).waitFor({ state: "detached" });
      await stage.screenshot("completion-of-languages");
      await panel.askBox.press("Enter");
      assert.match(await panel.askBox.inputValue(), /@lang:typescript/);

      await panel.askBox.press("Enter");

      await panel.lastTurn.untilAnswered();
      const places = await panel.lastTurn.sources.count();
      assert.ok(places > 0);
      for (let number = 1; number <= places; number += 1)
        assert.match((await panel.lastTurn.placeOf(number)).path, /\.ts$/);
    },
  );
}
