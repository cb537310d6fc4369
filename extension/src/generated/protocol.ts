/**
 * Every message under `sourcewise/`. GENERATED from `server/sourcewise/protocol/` by `npm run generate`; edit that.
 *
 * A field with a `?` may be left out, by the server too where it has its default. Lines count from 1, both ends
 * included. Paths are relative to their folder, with `/`.
 */

/** A method that the server answers. `types` is never there: it carries the types of what is sent and comes back. */
export interface Request<Params, Result> {
  readonly method: string;
  readonly types?: (params: Params) => Result;
}

/** A method that the server sends and nobody answers. `types` is never there: it carries the type of what is sent. */
export interface Notification<Params> {
  readonly method: string;
  readonly types?: (params: Params) => void;
}

/** The code of an error that the user can act on; its `data` is an `ErrorData`. */
export const USER_ERROR_CODE = -32010;

/** What comes with the message of a user error. */
export interface ErrorData {
  /** Name of the error's class, for example `IndexBusyError`. */
  kind: string;
  /** One sentence that says what to do next, or an empty string. */
  hint: string;
}

/** What a search is narrowed to: all that is given holds, and of each list any one. */
export interface Scope {
  /** Files and folders (these end in `/`) that passages must come from. */
  paths?: string[];
  /** Of their files, as `IndexChoices` has them. */
  languages?: string[];
  /** Of a definition that they hold or are a part of, likewise. */
  kinds?: string[];
  /** A branch, a tag or a commit; their files must have changed since the work here left it. */
  changedSince?: string | null;
}

/** What is selected in an editor, in the document as it is there, saved or not. */
export interface Selection {
  uri: string;
  startLine: number;
  endLine: number;
  /** UTF-16 units from 0, like `endCharacter`; where both ends are the same place, it is a cursor. */
  startCharacter?: number;
  endCharacter?: number;
}

/** A question that was asked before in the same conversation, and the text that answered it. */
export interface Turn {
  question: string;
  answer: string;
  /** Those of the sources that the answer cites. */
  symbols?: string[];
}

/** A question. */
export interface AskParams {
  question: string;
  /** Chosen by the client; every notification about the answer carries it. */
  askId: string;
  /** URI of a workspace folder; may be left out where there is one only. */
  folder?: string | null;
  /** What the sources must come from; left out, the whole folder. */
  scope?: Scope;
  /** Lines that the question is about; they are the first source. */
  selection?: Selection | null;
  /** The conversation so far, oldest first. */
  history?: Turn[];
}

/** Which language model answered, and through what (`ollama`, `embedded`, `sources`). */
export interface ModelName {
  runtime: string;
  name: string;
}

/** Lines of a file that were found. */
export interface Passage {
  path: string;
  uri: string;
  startLine: number;
  endLine: number;
  /** Only its order means something. */
  score: number;
  /** Cosine with the question in [-1, 1]; null where no vector was compared. */
  similarity: number | null;
  /** Qualified name of the definition it holds or is a part of; empty for loose lines. */
  symbol: string;
  kind: string;
  language: string;
  /** Why it was found, in words. */
  reasons: string[];
  /** Its first lines. */
  preview: string;
}

/** A passage as an answer cites it: `[number]`. */
export interface Source extends Passage {
  number: number;
  /** True where the prompt had no room for all of its lines. */
  truncated: boolean;
}

/** What checking a citation found. */
export type CitationState = "current" | "changed since it was indexed" | "gone";

/** A `[number]` of the answer, and what checking it found. */
export interface Citation {
  number: number;
  state: CitationState;
}

/** A line of a file. */
export interface Place {
  path: string;
  uri: string;
  line: number;
}

/** A back-quoted identifier of the answer; `place` is null where the code does not know it. */
export interface Mention {
  name: string;
  place: Place | null;
}

/** Which searches find candidates: keywords, vectors or both. */
export type SearchMode = "keywords and vectors" | "keywords" | "vectors";

/** How a search was served. */
export interface Coverage {
  mode: SearchMode;
  /** How many the folder has; `embedded` of them had a vector when it was asked. */
  chunks: number;
  embedded: number;
  /** False where nothing found is about the question. */
  relevant: boolean;
}

/** What the model counted, in tokens and seconds. */
export interface Usage {
  promptTokens: number;
  answerTokens: number;
  promptSeconds: number;
  answerSeconds: number;
  stopReason: string;
  /** True where the runtime read fewer tokens than it was sent. */
  promptCut: boolean;
}

/** How an answer was made. */
export interface Trace {
  search: Coverage;
  /** Estimated size of the prompt, which had to fit in `promptBudget`. */
  promptTokens: number;
  promptBudget: number;
  usage: Usage;
  /** Stage to milliseconds. */
  timings: Record<string, number>;
  /** Of the question's embedding, 0 where there is none; `vector` holds its first numbers. */
  dimensions: number;
  vector: number[];
}

/** A model on another machine that a question and code of a folder would be sent to. */
export interface Destination {
  /** URI of the folder whose code it is. */
  folder: string;
  /** Its full name, with the tag. */
  model: string;
  /** The address that it runs at. */
  host: string;
}

/** The whole answer; what the notifications said before is contained in it. */
export interface AskResult {
  askId: string;
  /** With citations that name no source struck out; `struck` are their numbers. */
  text: string;
  model: ModelName;
  sources: Source[];
  citations: Citation[];
  struck: number[];
  mentions: Mention[];
  /** Sentences that the reader must see. */
  notices: string[];
  /** Why the text ends early, or an empty string where it is whole. */
  failure: string;
  /** Questions that the reader may want to ask next. */
  followUps: string[];
  trace: Trace;
  /**
   * Set if nothing was sent to the model because it runs on another machine and the user has not allowed that; then ask
   * the user, send `sourcewise/models/allow` and ask again.
   */
  needsConsent?: Destination | null;
}

/** What to explain; the answer is an `AskResult`, told of by the same notifications. */
export interface ExplainParams {
  /** As in `AskParams`. */
  askId: string;
  /** Lines to explain, or a cursor: then the symbol there is explained. */
  selection: Selection;
}

/** A search without an answer. */
export interface SearchParams {
  query: string;
  /** As in `AskParams`. */
  folder?: string | null;
  /** The most passages, 1 to 50; left out, the setting `retrieval.top`. */
  limit?: number | null;
  /** What to stay in; left out, the whole folder. */
  scope?: Scope;
}

/** The passages, best first. */
export interface SearchResult {
  passages: Passage[];
  search: Coverage;
}

/** A search for code that does what the selected lines do; they themselves are not among the results. */
export interface SimilarParams {
  selection: Selection;
  /** As in `SearchParams`. */
  limit?: number | null;
}

/** Which folder; left out, all of them. */
export interface StatusParams {
  folder?: string | null;
}

/** What an index is doing. */
export type Stage =
  | "idle"
  | "scanning"
  | "reading"
  | "restoring vectors"
  | "fetching the embedding model"
  | "summarizing files"
  | "embedding";

/** What the index of a folder is doing. */
export interface FolderState {
  uri: string;
  stage: Stage;
  /** Files while reading, chunks while embedding, of `total`. */
  done: number;
  total: number;
  /** The user stopped the work; it waits. */
  paused: boolean;
  /** Until this stage is done; null if not known. */
  secondsLeft: number | null;
  files: number;
  chunks: number;
  /** How many of the chunks have a vector. */
  embedded: number;
  /** What went wrong and what to do about it, or an empty string. */
  message: string;
  /** What else is to be said, such as why the work is slow, or an empty string. */
  notice: string;
}

/** What an index holds. */
export interface FolderStatus extends FolderState {
  /** How many vectors the embedded chunks have. */
  vectors: number;
  /** Embeddings in the per-user cache, of all folders. */
  cached: number;
  /** The embedding model. */
  model: string;
  /** `missing`, `partial` or `ready`. */
  state: string;
  /** Reason to number of files. */
  skipped: Record<string, number>;
  /** What the index takes on the disk. */
  bytes: number;
}

/** The folders that were asked for. */
export interface StatusResult {
  folders: FolderStatus[];
}

/** Which folder to read anew from the beginning; left out, all. Embeddings that are known are not made again. */
export interface RebuildParams {
  folder?: string | null;
}

/** All folders at one moment; sent when something changed, at most a few times a second. */
export interface IndexState {
  folders: FolderState[];
}

/** Whether the work on all folders is to wait; it does until the opposite is asked for, also after a restart. */
export interface PauseParams {
  paused: boolean;
}

/** Which folder; may be left out where there is one only. */
export interface ChoicesParams {
  folder?: string | null;
}

/** What a search can be narrowed to, besides files and folders; the likeliest first. */
export interface IndexChoices {
  /** That indexed files are in. */
  languages: string[];
  /** Of definitions, such as `class`; `text` is for loose lines. */
  kinds: string[];
  /** Of the repository, some of the latest. */
  branches: string[];
}

/** A file to tell about. */
export interface WhyParams {
  uri: string;
}

/** Why a file is in the index, or not. */
export interface WhyResult {
  path: string;
  indexed: boolean;
  /** The whole answer for a person. */
  sentence: string;
  /** What keeps it out and where that stands, for example `*.log (.gitignore:3)`, or an empty string. */
  rule: string;
  /** How many it has in the index now. */
  chunks: number;
}

/** Why a file of the folder is not in the index. */
export type SkipReason =
  | "ignored"
  | "binary"
  | "too large"
  | "minified"
  | "generated"
  | "placeholder"
  | "secret"
  | "empty"
  | "unreadable"
  | "symbolic link"
  | "vanished"
  | "not a regular file";

/** Which files to list that stay out of an index. */
export interface SkippedParams {
  /** Left out, all of them. */
  folder?: string | null;
  /** Only those that are out for it; left out, all. */
  reason?: SkipReason | null;
  /** How many of each reason at most; 0 to have them counted only. */
  limit?: number;
}

/** A file that stays out of the index, or a whole folder, whose path ends in `/`. */
export interface SkippedFile {
  path: string;
  uri: string;
  reason: SkipReason;
  /** What keeps it out and where that stands, as in `WhyResult`. */
  rule: string;
}

/** What stays out, by reason and path. */
export interface SkippedResult {
  /** Reason to number of files, those beyond the limit included; the most first. */
  counts: Record<string, number>;
  files: SkippedFile[];
}

/** A file whose chunks to show. */
export interface ChunksParams {
  uri: string;
}

/** A chunk as the index has it. */
export interface IndexedChunk {
  startLine: number;
  endLine: number;
  /** Qualified name of the definition it holds or is a part of; empty for loose lines. */
  symbol: string;
  kind: string;
  /** About how many its text has. */
  tokens: number;
  /** How many it has; 0 until it is embedded. */
  vectors: number;
  /** Why it cannot be embedded; empty where nothing speaks against it. */
  problem: string;
  /** Its first lines. */
  preview: string;
}

/** What a file is cut into. */
export interface ChunksResult {
  path: string;
  chunks: IndexedChunk[];
  /** Why there are no chunks, for a person; empty where there are. */
  sentence: string;
}

/** Nothing needs to be said. */
export type ModelsParams = Record<string, never>;

/** A language model that is on this machine, or could be. */
export interface LanguageModel {
  runtime: string;
  name: string;
  installed: boolean;
  /** Its size, as installed or as a download; 0 if not known. */
  bytes: number;
  /** The other machine that it runs on; empty if it runs on this one. */
  host?: string;
}

/** Who would answer a question asked now, and who else could. */
export interface ModelsResult {
  /** Runtime `sources` where no model would. */
  answering: ModelName;
  local: boolean;
  /** Why it is not the wanted one, or an empty string; with its next step. */
  problem: string;
  /** Whether Ollama answers at its endpoint. */
  ollamaRuns: boolean;
  endpoint: string;
  /** The model that the settings name. */
  wanted: string;
  /** All that are installed, the wanted one, and the one that Sourcewise runs itself. */
  models: LanguageModel[];
}

/** A model to download; `$/cancelRequest` stops it, and asking again carries on. */
export interface PullParams {
  /** Chosen by the client; every notification about the download carries it. */
  pullId: string;
  /** `ollama`, or `embedded` for the one that Sourcewise runs itself. */
  runtime: string;
  name: string;
}

/** The model is there. */
export interface PullResult {
  name: string;
}

/** A remote model that the user allows to get code of a folder, from now on. */
export interface AllowParams {
  /** As it was in `AskResult`. */
  destination: Destination;
}

/** The remote models that may get code of the open folders. */
export interface AllowedModels {
  destinations: Destination[];
}

/** Nothing needs to be said: the server asks again for all open folders. */
export type RevokeParams = Record<string, never>;

/** Nothing needs to be said. */
export type DiagnoseParams = Record<string, never>;

/** A report in Markdown that may be shown to others: without code, questions, user or folder names. */
export interface DiagnoseResult {
  report: string;
}

/** What the answer will be made from; the first notification of an answer. */
export interface AnswerSources {
  askId: string;
  sources: Source[];
  search: Coverage;
}

/** How much of the prompt the model has read, 0 to 1. */
export interface AnswerProgress {
  askId: string;
  fraction: number;
}

/** More text; `seq` counts from 0. */
export interface AnswerDelta {
  askId: string;
  seq: number;
  text: string;
}

/** A sentence for the reader while the answer is made. */
export interface AnswerNotice {
  askId: string;
  message: string;
}

/** How far a download is, in bytes; `total` is 0 if not known. */
export interface PullProgress {
  pullId: string;
  message: string;
  done: number;
  total: number;
}

export const ASK: Request<AskParams, AskResult> = { method: "sourcewise/ask" };
export const EXPLAIN: Request<ExplainParams, AskResult> = { method: "sourcewise/explain" };
export const SEARCH: Request<SearchParams, SearchResult> = { method: "sourcewise/search" };
export const SIMILAR: Request<SimilarParams, SearchResult> = { method: "sourcewise/similar" };
export const INDEX_STATUS: Request<StatusParams, StatusResult> = { method: "sourcewise/index/status" };
export const INDEX_REBUILD: Request<RebuildParams, IndexState> = { method: "sourcewise/index/rebuild" };
export const INDEX_PAUSE: Request<PauseParams, IndexState> = { method: "sourcewise/index/pause" };
export const INDEX_CHOICES: Request<ChoicesParams, IndexChoices> = { method: "sourcewise/index/choices" };
export const INDEX_WHY: Request<WhyParams, WhyResult> = { method: "sourcewise/index/why" };
export const INDEX_SKIPPED: Request<SkippedParams, SkippedResult> = { method: "sourcewise/index/skipped" };
export const INDEX_CHUNKS: Request<ChunksParams, ChunksResult> = { method: "sourcewise/index/chunks" };
export const MODELS_LIST: Request<ModelsParams, ModelsResult> = { method: "sourcewise/models/list" };
export const MODELS_PULL: Request<PullParams, PullResult> = { method: "sourcewise/models/pull" };
export const MODELS_ALLOW: Request<AllowParams, AllowedModels> = { method: "sourcewise/models/allow" };
export const MODELS_REVOKE: Request<RevokeParams, AllowedModels> = { method: "sourcewise/models/revoke" };
export const DIAGNOSE: Request<DiagnoseParams, DiagnoseResult> = { method: "sourcewise/diagnose" };

export const ANSWER_SOURCES: Notification<AnswerSources> = { method: "sourcewise/answer/sources" };
export const ANSWER_PROGRESS: Notification<AnswerProgress> = { method: "sourcewise/answer/progress" };
export const ANSWER_DELTA: Notification<AnswerDelta> = { method: "sourcewise/answer/delta" };
export const ANSWER_NOTICE: Notification<AnswerNotice> = { method: "sourcewise/answer/notice" };
export const INDEX_STATE: Notification<IndexState> = { method: "sourcewise/index/state" };
export const MODELS_PROGRESS: Notification<PullProgress> = { method: "sourcewise/models/progress" };
