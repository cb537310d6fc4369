/** Hover: what a symbol is, where it lives and who uses it, at once and without the model. */
import { eventually } from "../eventually.mjs";
import { scenario } from "../stage.mjs";

export default function hover(stage) {
  const { panel, workbench } = stage;

  scenario(stage, "a hover tells where a symbol is defined, and the link opens it", async () => {
    await stage.openCodebase("web/catalog.ts");

    const shown = await workbench.hoverOver("RecentCache", /cache\.ts/);
    await stage.screenshot("hover");
    await workbench.hoverOver("RecentCache", /cache\.ts/);
    await shown.locator("a").filter({ hasText: "cache.ts" }).first().click();

    await workbench.untilActive("cache.ts");
  });

  scenario(stage, "the hover's Explain asks the panel", async () => {
    await workbench.openFile("web/catalog.ts");
    await stage.useModel("parrot");
    await panel.newChat();
    const shown = await workbench.hoverOver("RecentCache", "Explain");

    await shown.locator("a").filter({ hasText: "Explain" }).click();

    await panel.lastTurn.untilAnswered();
  });

  scenario(stage, "no hover comes when the setting is off", async () => {
    stage.changeSettings({ "sourcewise.hover.enabled": false }, "Machine");

    await eventually("no hover comes any more", async () => !(await workbench.hasHover("RecentCache")));
    stage.changeSettings({ "sourcewise.hover.enabled": undefined }, "Machine");
  });
}
