/** Hover: a symbol's description, definition and usages, shown at once and without the model. */
import { eventually } from "../eventually.mjs";
import { scenario } from "../session.mjs";

export default function hover(session) {
  const { panel, workbench } = session;

  scenario(session, "a hover links to the definition of a symbol", async () => {
    await session.openCodebase("web/catalog.ts");

    const shown = await workbench.hoverOver("RecentCache", /cache\.ts/);
    await session.screenshot("hover");
    await workbench.hoverOver("RecentCache", /cache\.ts/);
    await shown.locator("a").filter({ hasText: "cache.ts" }).first().click();

    await workbench.untilActive("cache.ts");
  });

  scenario(session, "Explain in a hover asks a question in the panel", async () => {
    await workbench.openFile("web/catalog.ts");
    await session.useModel("parrot");
    await panel.newChat();
    const shown = await workbench.hoverOver("RecentCache", "Explain");

    await shown.locator("a").filter({ hasText: "Explain" }).click();

    await panel.lastTurn.untilAnswered();
  });

  scenario(session, "no hover appears when the setting is off", async () => {
    session.changeSettings({ "sourcewise.hover.enabled": false }, "Machine");

    await eventually("the hover no longer appears", async () => !(await workbench.hasHover("RecentCache")));
    session.changeSettings({ "sourcewise.hover.enabled": undefined }, "Machine");
  });
}
