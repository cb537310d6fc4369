import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PANEL_VIEWS, panelViewOf } from "../../../extension/src/panel/placement";

describe("the panel", () => {
  it.each(["1.106.0", "1.106.0-insider", "1.125.1", "2.0.0"])(
    "is in the secondary side bar of VS Code %s",
    (version) => {
      expect(panelViewOf(version)).toBe("sourcewise.panel");
    },
  );

  it.each(["1.91.0", "1.105.9"])("is in the activity bar of VS Code %s", (version) => {
    expect(panelViewOf(version)).toBe("sourcewise.panelFallback");
  });

  it("has both views in the manifest", () => {
    const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
      contributes: { views: Record<string, { id: string }[]> };
    };
    const views = Object.values(manifest.contributes.views).flat();
    expect(views.map(({ id }) => id).sort()).toEqual(Object.values(PANEL_VIEWS).sort());
  });
});
