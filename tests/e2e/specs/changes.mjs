/** What changes under the index: a file that is edited, and a server that dies. */
import { eventually } from "../eventually.mjs";
import { killServer } from "../processes.mjs";
import { scenario } from "../stage.mjs";

const NEW_CODE =
  "\n/** Feeds the pelicans of the harbour. */\nexport function feedPelicans(fish: number): number {\n  return fish - 1;\n}\n";

export default function changes(stage) {
  const { page, panel, quickPick, workbench } = stage;

  async function searchFinds(query, result) {
    await workbench.run("Sourcewise: Search by Meaning");
    await eventually(`a search for "${query}" finds ${result}`, async () => {
      await quickPick.search(query);
      return quickPick.row(result).isVisible();
    });
    await quickPick.dismiss();
  }

  scenario(stage, "code that was just written is found", async () => {
    await stage.openCodebase("web/cache.ts");

    await workbench.untilActive("cache.ts");
    await workbench.goToLine(28);
    await page.keyboard.insertText(NEW_CODE);
    await page.keyboard.press("Control+s");

    await searchFinds("feeding pelicans", "feedPelicans");
  });

  scenario(stage, "a server that was killed comes back by itself and answers", async () => {
    await stage.useModel("parrot");
    await killServer(stage.server.pid);

    await searchFinds("feeding pelicans", "feedPelicans");

    await panel.newChat();
    await (await panel.ask("What does feedPelicans do? Say: «alive»")).untilAnswered();
  });
}
