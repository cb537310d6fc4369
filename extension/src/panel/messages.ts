/**
 * The messages between the side panel's host and its view: types for both sides, and validation in both directions.
 *
 * The host owns the conversation and sends complete snapshots, never deltas. The view never receives a URI or an absolute
 * path that it could turn into a link: it refers to a source by turn and number, which the host issued and resolves.
 */
import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

const ModelName = v.object({ runtime: v.string(), name: v.string() });

/** A passage that an answer is based on. Lines count from 1; both ends are included. */
const SourceCard = v.object({
  number: count,
  path: v.string(),
  startLine: count,
  endLine: count,
  symbol: v.string(),
  language: v.string(),
  // Sources from versions without roles lack it.
  role: v.optional(v.string(), "code"),
  // Sources from versions without it lack it.
  match: v.optional(v.number(), 1),
  reasons: v.array(v.string()),
  preview: v.string(),
  truncated: v.boolean(),
});

const Citation = v.object({ number: count, state: v.string() });

/** A name in backticks in the answer. `place` is the `path:line` where the code has it, or null if it was not found. */
const Mention = v.object({ name: v.string(), place: v.nullable(v.string()) });

/** The search mode and how much of the index is embedded; see the protocol's `Coverage`. */
const Coverage = v.object({ mode: v.string(), chunks: count, embedded: count, relevant: v.boolean() });

/** The cost of a complete answer, in tokens and seconds. */
const Cost = v.object({
  promptTokens: count,
  answerTokens: count,
  tokensPerSecond: v.nullable(v.number()),
  seconds: v.number(),
});

/**
 * A question and its answer.
 *
 * `status`: `searching` until the sources arrive, `reading` until the first word of the answer, `answering`, and finally
 * `done`, `stopped` or `failed`. `scope`: a description of the files that the question is restricted to.
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

/** Whether questions can be asked, and if not, what is missing. */
const Situation = v.variant("kind", [
  v.object({ kind: v.literal("ready") }),
  v.object({ kind: v.literal("noFolder") }),
  v.object({ kind: v.literal("untrusted") }),
  v.object({ kind: v.literal("needsSetUp") }),
  v.object({ kind: v.literal("settingUp"), message: v.string(), fraction: v.nullable(v.number()) }),
  v.object({ kind: v.literal("starting") }),
  v.object({ kind: v.literal("failed"), message: v.string(), hint: v.string() }),
]);

/** The combined state of all folders. `stage` and `message` are as in the protocol's `FolderState`. */
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

/** The model that would answer now. `builtIn` is the model that Sourcewise runs itself. */
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

/** A completion of an `@` word. `insert` replaces the word from its `@` on; if `unfinished`, more must be typed after it. */
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

/** Validates a stored value. Returns the chat, or undefined if the value is not one. */
export function readChat(value: unknown): Chat | undefined {
  return read(Chat, value);
}

/** Validates a message from the host. Returns undefined if it is invalid. */
export function readHostMessage(value: unknown): HostMessage | undefined {
  return read(HostMessage, value);
}

/** Validates a message from the view. Returns undefined if it is invalid. */
export function readViewMessage(value: unknown): ViewMessage | undefined {
  return read(ViewMessage, value);
}

function read<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
