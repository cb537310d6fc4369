/** The ids of all commands, as package.json declares them to the editor. */
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

/** One of them. */
export type CommandId = (typeof COMMAND_IDS)[number];
