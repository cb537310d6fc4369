/** Changes while the extension runs: an edited file and a crashed server. */
import { eventually } from "../eventually.mjs";
import { killServer } from "../processes.mjs";
import { scenario } from "../session.mjs";

const NEW_CODE =
  "\n/** Feeds the pelicans of the harbour. */\nexport function feedPelicans(fish: number): number {\n  return fish - 1;\n}\n";

export default function changes(session) {
  const { page, panel, quickPick, workbench } = session;

  async function searchFinds(query, result) {
    await workbench.run("Sourcewise: Search by Meaning");
    await eventually(`a search for "${query}" finds ${result}`, async () => {
      await quickPick.search(query);
      return quickPick.row(result).isVisible();
    });
    await quickPick.dismiss();
  }

  scenario(session, "search finds code that was just written", async () => {
    await session.openCodebase("web/cache.ts");

    await workbench.untilActive("cache.ts");
    await workbench.goToLine(28);
    await page.keyboard.insertText(NEW_CODE);
    await page.keyboard.press("Control+s");

    await searchFinds("feeding pelicans", "feedPelicans");
  });

  scenario(session, "a killed server restarts automatically and answers", async () => {
    await session.useModel("parrot");
    await killServer(session.server.pid);

    await searchFinds("feeding pelicans", "feedPelicans");

    await panel.newChat();
    await (await panel.ask("What does feedPelicans do? Say: «alive»")).untilAnswered();
  });
}
