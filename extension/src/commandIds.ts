/** The IDs of all commands that package.json declares. */
export const COMMAND_IDS = [
  "sourcewise.ask",
  "sourcewise.newChat",
  "sourcewise.explain",
  "sourcewise.search",
  "sourcewise.findSimilar",
  "sourcewise.showMenu",
  "sourcewise.pause",
  "sourcewise.resume",
  "sourcewise.rebuild",
  "sourcewise.why",
  "sourcewise.showChunks",
  "sourcewise.showSkipped",
  "sourcewise.exclude",
  "sourcewise.showLog",
  "sourcewise.diagnose",
  "sourcewise.restart",
  "sourcewise.setUp",
  "sourcewise.pullModel",
  "sourcewise.revokeConsent",
  "sourcewise.openWalkthrough",
] as const;

/** The ID of a command. */
export type CommandId = (typeof COMMAND_IDS)[number];
