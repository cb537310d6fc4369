/** Checks `package.json` against the code; `commands.test.ts` checks its commands. */
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { PANEL_VIEWS } from "../../extension/src/panel/placement";
import manifest from "../../package.json";

const ROOT = path.join(import.meta.dirname, "..", "..");
const { contributes, scripts } = manifest;
const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

describe("the manifest", () => {
  it("shows the panel in the secondary side bar, or in the activity bar as a fallback", () => {
    expect(contributes.views["sourcewise-secondary"].map(({ id }) => id)).toEqual([PANEL_VIEWS.secondary]);
    expect(contributes.views.sourcewise.map(({ id }) => id)).toEqual([PANEL_VIEWS.fallback]);
  });

  it("has a completion event for each walkthrough step", () => {
    expect(steps).toHaveLength(4);
    for (const step of steps) expect(step.completionEvents).not.toHaveLength(0);
  });

  it("refers only to existing files", () => {
    const { activitybar, secondarySidebar } = contributes.viewsContainers;
    const icons = [manifest.icon, ...[...activitybar, ...secondarySidebar].map(({ icon }) => icon)];
    for (const file of [...icons, ...steps.map(({ media }) => media.svg)])
      expect(existsSync(path.join(ROOT, file)), file).toBe(true);
  });

  it("runs every script through environment.mjs", () => {
    for (const script of Object.values(scripts)) expect(script).toMatch(/^node server\/environment\.mjs \S+/);
  });

  it("lets a workspace change only the hover setting", () => {
    const settings = contributes.configuration.flatMap(({ properties }) =>
      Object.entries<{ scope: string }>(properties),
    );
    expect(settings.length).toBeGreaterThan(30);
    const ofWorkspaces = settings.filter(([, { scope }]) => scope !== "machine").map(([name]) => name);
    expect(ofWorkspaces).toEqual(["sourcewise.hover.enabled"]);
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    expect([...restricted, ...ofWorkspaces].sort()).toEqual(settings.map(([name]) => name).sort());
  });
});
