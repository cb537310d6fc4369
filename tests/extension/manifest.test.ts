/** What `package.json` promises to the editor is there; of its commands, see `commands.test.ts`. */
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { PANEL_VIEWS } from "../../extension/src/panel/placement";
import manifest from "../../package.json";

const ROOT = path.join(import.meta.dirname, "..", "..");
const { contributes, scripts } = manifest;
const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);

describe("the manifest", () => {
  it("shows the panel's view in the secondary side bar, else in the activity bar", () => {
    expect(contributes.views["sourcewise-secondary"].map(({ id }) => id)).toEqual([PANEL_VIEWS.secondary]);
    expect(contributes.views.sourcewise.map(({ id }) => id)).toEqual([PANEL_VIEWS.fallback]);
  });

  it("ends each step of the walkthrough by something that happens", () => {
    expect(steps).toHaveLength(4);
    for (const step of steps) expect(step.completionEvents).not.toHaveLength(0);
  });

  it("points only to files that are there", () => {
    const { activitybar, secondarySidebar } = contributes.viewsContainers;
    const icons = [manifest.icon, ...[...activitybar, ...secondarySidebar].map(({ icon }) => icon)];
    for (const file of [...icons, ...steps.map(({ media }) => media.svg)])
      expect(existsSync(path.join(ROOT, file)), file).toBe(true);
  });

  it("runs every script through the one door", () => {
    for (const script of Object.values(scripts)) expect(script).toMatch(/^node server\/environment\.mjs \S+/);
  });

  it("lets a workspace set nothing but whether hovers are shown", () => {
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
