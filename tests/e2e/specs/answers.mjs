/** Actions on an answer. The model repeats quoted text, so that answers contain every kind of content. */
import assert from "node:assert/strict";
import { eventually } from "../eventually.mjs";
import { scenario } from "../session.mjs";

const CODE = "retry(call, options)";
const QUESTION = `What does findBook do when a call fails? Say: «It calls \`findBook\` and \`noSuchName\` [1]. Wrong: [99].\n\n\`\`\`ts\n${CODE}\n\`\`\`\n»`;

export default function answers(session) {
  const { page, panel, workbench } = session;
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());

  scenario(session, "a change of the model setting applies to the next answer", async () => {
    await session.openCodebase("web/retry.ts");
    await panel.newChat();
    await session.useModel("parrot");

    await (await panel.ask(QUESTION)).untilAnswered();

    assert.match(await panel.lastTurn.root.innerText(), /parrot/);
    await session.screenshot("answer-with-code");
  });

  scenario(session, "a citation opens its source, and a citation of a missing source is not a link", async () => {
    const turn = panel.lastTurn;
    const { path } = await turn.placeOf(1);

    await turn.citation(1).click();

    await workbench.untilActive(path.split("/").at(-1));
    assert.equal(await turn.citation(99).count(), 0);
  });

  scenario(
    session,
    "a known symbol in an answer links to its definition, and an unknown name is not a link",
    async () => {
      const { answer } = panel.lastTurn;

      await answer.getByRole("button", { name: "findBook" }).click();

      await workbench.untilActive("catalog.ts");
      assert.equal(await answer.getByRole("button", { name: "noSuchName" }).count(), 0);
    },
  );

  scenario(session, "a code block and the whole answer can be copied", async () => {
    await panel.lastTurn.button("Copy code").click();
    await eventually("the code is on the clipboard", async () => (await clipboard()).trim() === CODE);

    await panel.lastTurn.button("Copy answer").click();

    await eventually("the answer is on the clipboard", async () => (await clipboard()).includes("It calls `findBook`"));
  });

  scenario(session, "a code block can be inserted at the cursor", async () => {
    await workbench.run("File: New Untitled Text File");
    await workbench.untilActive("Untitled-");

    await panel.lastTurn.button("Insert at Cursor").click();

    await workbench.activeEditor.locator(".view-line").filter({ hasText: "retry(call," }).waitFor();
    await workbench.discardEditor();
  });

  scenario(session, "@file restricts a question to the file and is completed with the keyboard", async () => {
    await panel.newChat();
    await panel.askBox.fill("");
    await panel.askBox.pressSequentially("How is JSON encoded? Say: «one» @encod");
    await panel.completions.getByRole("option", { name: /encoder\.py/ }).waitFor();
    await session.screenshot("completion");
    await panel.askBox.press("Enter");
    assert.match(await panel.askBox.inputValue(), /@json\/encoder\.py/);

    await panel.askBox.press("Enter");

    await panel.lastTurn.untilAnswered();
    const places = await panel.lastTurn.sources.count();
    for (let number = 1; number <= places; number += 1)
      assert.equal((await panel.lastTurn.placeOf(number)).path, "json/encoder.py");
  });

  scenario(
    session,
    "@lang: restricts a question to the language and completes the languages in the index",
    async () => {
      await panel.newChat();
      await panel.askBox.fill("");
      await panel.askBox.pressSequentially("How is something found? Say: «one» @lang:");
      await panel.completions.getByRole("option", { name: /python/ }).waitFor();
      await panel.askBox.pressSequentially("type");
      await panel.completions.getByRole("option", { name: /python/ }).waitFor({ state: "detached" });
      await session.screenshot("completion-of-languages");
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
