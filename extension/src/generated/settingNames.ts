/** Names of settings. GENERATED from `server/sourcewise/settings.py` by `npm run generate`; edit that. */

/** The settings that the server reads, without the prefix `sourcewise.`. */
export const SERVER_SETTINGS: readonly string[] = [
  "embedding.model",
  "embedding.batchSize",
  "embedding.threads",
  "embedding.idleMinutes",
  "embedding.onBattery",
  "embedding.underLoad",
  "embedding.questionSeconds",
  "llm.runtime",
  "llm.model",
  "llm.endpoint",
  "llm.connectSeconds",
  "llm.answerSeconds",
  "llm.keepAlive",
  "llm.temperature",
  "llm.maxAnswerTokens",
  "llm.contextTokens",
  "llm.codeTokens",
  "embedded.model",
  "embedded.promptTokens",
  "embedded.maxAnswerTokens",
  "chunk.maxTokens",
  "chunk.overlapTokens",
  "retrieval.top",
  "cache.maxMegabytes",
  "cache.maxDays",
  "index.maxFileBytes",
  "vectors.server",
  "hover.enabled",
  "hover.timeoutMs",
];

/** The settings that a workspace may change. All others are the user's. */
export const SHARED_SETTINGS: readonly string[] = [
  "hover.enabled",
];
