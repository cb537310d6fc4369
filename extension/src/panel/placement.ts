/** Where the panel is: in the secondary side bar, or in the activity bar where extensions cannot use that one. Pure. */

/** Both places have a view of their own; the manifest shows one of them. */
export const PANEL_VIEWS = { secondary: "sourcewise.panel", fallback: "sourcewise.panelFallback" } as const;

const FIRST_WITH_SECONDARY = [1, 106] as const;

/**
 * Whether extensions may put views into the secondary side bar.
 *
 * @param version of VS Code
 */
export function hasSecondarySideBar(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = FIRST_WITH_SECONDARY;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** The id of the view that this version shows. */
export function panelViewOf(version: string): string {
  return hasSecondarySideBar(version) ? PANEL_VIEWS.secondary : PANEL_VIEWS.fallback;
}
