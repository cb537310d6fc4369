/** Location of the panel: in the secondary side bar, or in the activity bar if VS Code is too old for that. Pure. */

/** Each location has its own view. The manifest shows one of them. */
export const PANEL_VIEWS = { secondary: "sourcewise.panel", fallback: "sourcewise.panelFallback" } as const;

const FIRST_WITH_SECONDARY = [1, 106] as const;

/**
 * Whether extensions may put views into the secondary side bar.
 *
 * @param version the version of VS Code
 */
export function hasSecondarySideBar(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = FIRST_WITH_SECONDARY;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** Returns the ID of the view that this version of VS Code shows. */
export function panelViewOf(version: string): string {
  return hasSecondarySideBar(version) ? PANEL_VIEWS.secondary : PANEL_VIEWS.fallback;
}
