/**
 * What the side panel's two halves say to each other, declared once: types for both, and a check for each direction.
 *
 * The host owns the conversation and sends whole snapshots, never parts of one. The view never learns a URI or a place
 * on the disk that it could turn into a link: it names a source by its turn and number, and the host, which issued them,
 * opens it.
 */
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

const ModelName = v.object({ runtime: v.string(), name: v.string() });

/** A passage that an answer is made from. Lines count from 1, both ends included. */
const SourceCard = v.object({
  number: count,
  path: v.string(),
  startLine: count,
  endLine: count,
  symbol: v.string(),
  language: v.string(),
  similarity: v.nullable(v.number()),
  reasons: v.array(v.string()),
  preview: v.string(),
  truncated: v.boolean(),
});

const Citation = v.object({ number: count, state: v.string() });

/** A back-quoted name of the answer; `place` is `path:line` where the code has it, else null. */
const Mention = v.object({ name: v.string(), place: v.nullable(v.string()) });

/** How the search was served; see `Coverage` of the protocol. */
const Coverage = v.object({ mode: v.string(), chunks: count, embedded: count, relevant: v.boolean() });

/** What the answer cost, once it is whole. Tokens and seconds. */
const Cost = v.object({
  promptTokens: count,
  answerTokens: count,
  tokensPerSecond: v.nullable(v.number()),
  seconds: v.number(),
});

/**
 * A question and its answer.
 *
 * `status`: `searching` until the sources are there, `reading` until the first word, `answering`, and then one of
 * `done`, `stopped` and `failed`. `scope`: what the question was narrowed to, in words.
 */
const Turn = v.object({
  id,
  kind: v.picklist(["ask", "explain"]),
  question: v.string(),
  scope: v.array(v.string()),
  status: v.picklist(["searching", "reading", "answering", "done", "stopped", "failed"]),
  readFraction: v.nullable(v.number()),
  sources: v.array(SourceCard),
  coverage: v.nullable(Coverage),
  text: v.string(),
  model: v.nullable(ModelName),
  notices: v.array(v.string()),
  citations: v.array(Citation),
  mentions: v.array(Mention),
  failure: v.string(),
  followUps: v.array(v.string()),
  cost: v.nullable(Cost),
});

const Chat = v.object({ id, title: v.string(), turns: v.array(Turn) });

/** `changed`: milliseconds since the epoch. */
const ChatSummary = v.object({ id, title: v.string(), changed: v.number(), turns: count });

/** What must be so before anything can be asked, and what stands in the way. */
const Situation = v.variant("kind", [
  v.object({ kind: v.literal("ready") }),
  v.object({ kind: v.literal("noFolder") }),
  v.object({ kind: v.literal("untrusted") }),
  v.object({ kind: v.literal("needsSetUp") }),
  v.object({ kind: v.literal("settingUp"), message: v.string(), fraction: v.nullable(v.number()) }),
  v.object({ kind: v.literal("starting") }),
  v.object({ kind: v.literal("failed"), message: v.string(), hint: v.string() }),
]);

/** All folders together. `stage` and `message` as in `FolderState` of the protocol. */
const IndexSummary = v.object({
  stage: v.string(),
  done: count,
  total: count,
  files: count,
  chunks: count,
  embedded: count,
  paused: v.boolean(),
  secondsLeft: v.nullable(v.number()),
  message: v.string(),
  notice: v.string(),
});

const Download = v.object({ name: v.string(), message: v.string(), done: count, total: count });

/** Who would answer now; `builtIn` is the model that Sourcewise runs itself. */
const ModelSummary = v.object({
  answering: ModelName,
  local: v.boolean(),
  problem: v.string(),
  ollamaRuns: v.boolean(),
  wanted: v.string(),
  wantedBytes: count,
  builtIn: v.nullable(v.object({ name: v.string(), installed: v.boolean(), bytes: count })),
  download: v.nullable(Download),
});

const PanelState = v.object({
  situation: Situation,
  index: v.nullable(IndexSummary),
  model: v.nullable(ModelSummary),
  chat: Chat,
  chats: v.array(ChatSummary),
});

/** What `@` can be completed to; `insert` replaces the word from its `@` on, and is only the beginning of one if `unfinished`. */
const Completion = v.object({
  insert: v.string(),
  label: v.string(),
  detail: v.string(),
  unfinished: v.exactOptional(v.boolean()),
});

const HostMessage = v.variant("type", [
  v.object({ type: v.literal("state"), state: PanelState }),
  v.object({ type: v.literal("turn"), turn: Turn }),
  v.object({ type: v.literal("completions"), request: count, items: v.array(Completion) }),
  v.object({ type: v.literal("focus"), draft: v.nullable(v.string()) }),
]);

const ACTIONS = [
  "openFolder",
  "trust",
  "setUp",
  "cancelSetUp",
  "restart",
  "showLog",
  "getOllama",
  "pullWanted",
  "pullBuiltIn",
  "cancelDownload",
  "resume",
  "rebuild",
  "selectModel",
] as const;

const longText = v.pipe(v.string(), v.maxLength(200_000));

const ViewMessage = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({ type: v.literal("ask"), question: v.pipe(v.string(), v.maxLength(20_000)) }),
  v.object({ type: v.literal("stop"), turn: id }),
  v.object({ type: v.literal("regenerate"), turn: id }),
  v.object({ type: v.literal("openSource"), turn: id, number: count, beside: v.boolean() }),
  v.object({ type: v.literal("openMention"), turn: id, name: v.string(), beside: v.boolean() }),
  v.object({ type: v.literal("copy"), text: longText }),
  v.object({ type: v.literal("insertAtCursor"), text: longText }),
  v.object({ type: v.literal("newChat") }),
  v.object({ type: v.literal("openChat"), chat: id }),
  v.object({ type: v.literal("deleteChat"), chat: id }),
  v.object({ type: v.literal("complete"), request: count, word: v.pipe(v.string(), v.maxLength(1000)) }),
  v.object({ type: v.literal("act"), action: v.picklist(ACTIONS) }),
]);

export type SourceCard = v.InferOutput<typeof SourceCard>;
export type Turn = v.InferOutput<typeof Turn>;
export type Chat = v.InferOutput<typeof Chat>;
export type ChatSummary = v.InferOutput<typeof ChatSummary>;
export type Situation = v.InferOutput<typeof Situation>;
export type IndexSummary = v.InferOutput<typeof IndexSummary>;
export type ModelSummary = v.InferOutput<typeof ModelSummary>;
export type PanelState = v.InferOutput<typeof PanelState>;
export type Completion = v.InferOutput<typeof Completion>;
export type Action = (typeof ACTIONS)[number];
export type HostMessage = v.InferOutput<typeof HostMessage>;
export type ViewMessage = v.InferOutput<typeof ViewMessage>;

/** Whether a turn is still being answered. */
export function isRunning(turn: Turn): boolean {
  return turn.status === "searching" || turn.status === "reading" || turn.status === "answering";
}

/** The chat, if that is what a stored value is; else undefined. */
export function readChat(value: unknown): Chat | undefined {
  return read(Chat, value);
}

/** The message, if that is what the host sent; else undefined. */
export function readHostMessage(value: unknown): HostMessage | undefined {
  return read(HostMessage, value);
}

/** The message, if that is what the view sent; else undefined. */
export function readViewMessage(value: unknown): ViewMessage | undefined {
  return read(ViewMessage, value);
}

function read<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
