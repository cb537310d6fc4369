/**
 * Every message under `sourcewise/`. GENERATED from `server/sourcewise/protocol/` by `npm run generate`; edit that.
 *
 * A field with a `?` may be omitted; the server also omits it if it has its default value. Lines count from 1, and
 * ranges include both ends. Paths are relative to their folder and use `/`.
 */

/** A request to the server. `types` is never set: it only carries the types of the parameters and the result. */
export interface Request<Params, Result> {
  readonly method: string;
  readonly types?: (params: Params) => Result;
}

/** A notification from the server. `types` is never set: it only carries the type of the parameters. */
export interface Notification<Params> {
  readonly method: string;
  readonly types?: (params: Params) => void;
}

/** The code of an error that the user can act on; its `data` is an `ErrorData`. */
export const USER_ERROR_CODE = -32010;

/** The `data` of a user error. */
export interface ErrorData {
  /** The name of the error's class, for example `IndexBusyError`. */
  kind: string;
  /** What to do next, as a sentence, or an empty string. */
  hint: string;
}

/** The scope of a search. Different fields are ANDed; the entries of a list are ORed. */
export interface Scope {
  /** Files and folders to search; a folder ends in `/`. */
  paths?: string[];
  /** Languages of the files to search; see `IndexChoices`. */
  languages?: string[];
  /** Kinds of definitions that a passage must contain or belong to; see `IndexChoices`. */
  kinds?: string[];
  /** Roles of the files to search; see `IndexChoices`. */
  roles?: string[];
  /** A branch, tag or commit; only files that changed since the current branch left it are searched. */
  changedSince?: string | null;
}

/** A selection in an editor. It refers to the current text of the document, saved or not. */
export interface Selection {
  /** URI of the document. */
  uri: string;
  /** First line. */
  startLine: number;
  /** Last line. */
  endLine: number;
  /** Start column in UTF-16 units, from 0. */
  startCharacter?: number;
  /** End column in UTF-16 units, from 0. If both ends are equal, the selection is a cursor. */
  endCharacter?: number;
}

/** An earlier question in the same conversation, and its answer. */
export interface Turn {
  /** The question. */
  question: string;
  /** The text of the answer. */
  answer: string;
  /** The symbols of the cited sources; see `Passage`. */
  symbols?: string[];
}

/** Asks a question about a folder. */
export interface AskParams {
  /** The question, at most 20,000 characters. */
  question: string;
  /** ID chosen by the client; every notification about the answer contains it. */
  askId: string;
  /** URI of a workspace folder; required if several are open. */
  folder?: string | null;
  /** The scope of the search for sources; the default is the whole folder. */
  scope?: Scope;
  /** Lines that the question is about; they become the first source. */
  selection?: Selection | null;
  /** The conversation so far, oldest turn first. */
  history?: Turn[];
}

/** A language model. */
export interface ModelName {
  /** The program that runs the model: `ollama`, `embedded`, or `sources` for no model. */
  runtime: string;
  /** The name of the model. */
  name: string;
}

/** What a file is for; the values are the names that users type. */
export type FileRole =
  | "code"
  | "test"
  | "benchmark"
  | "example"
  | "documentation"
  | "changelog"
  | "configuration"
  | "generated"
  | "vendored"
  | "data";

/** A result of a search: lines of a file. */
export interface Passage {
  /** Path relative to the folder. */
  path: string;
  /** URI of the file. */
  uri: string;
  /** First line. */
  startLine: number;
  /** Last line. */
  endLine: number;
  /** Score of the ranking; only comparable within one search. */
  score: number;
  /** The score as a share of the best, 0.01 to 1; it never rises from one passage to the next. */
  match: number;
  /** Cosine similarity with the question in [-1, 1]; null if no vectors were compared. */
  similarity: number | null;
  /** Qualified name of the definition that the passage contains or belongs to; empty outside definitions. */
  symbol: string;
  /** Kind of that definition; `text` outside definitions. */
  kind: string;
  /** Language of the file. */
  language: string;
  /** Role of the file, such as `test`; `code` means product code. */
  role: FileRole;
  /** The contributions to the score, or why the passage was found, in words. */
  reasons: string[];
  /** Its first lines. */
  preview: string;
}

/** A passage that an answer can cite as `[number]`. */
export interface Source extends Passage {
  /** Number of the source, from 1. */
  number: number;
  /** Whether the prompt omits some of its lines for lack of room. */
  truncated: boolean;
}

/** The state of a cited source, compared with its current file. */
export type CitationState = "current" | "changed since it was indexed" | "gone";

/** A citation `[number]` in the answer. */
export interface Citation {
  /** The number of the source. */
  number: number;
  /** The state of the cited lines, compared with the current file. */
  state: CitationState;
}

/** A line of a file. */
export interface Place {
  /** Path relative to the folder. */
  path: string;
  /** URI of the file. */
  uri: string;
  /** Line number. */
  line: number;
}

/** A back-quoted identifier in the answer. */
export interface Mention {
  /** The identifier. */
  name: string;
  /** Its definition or a source line that contains it; null if the code does not contain it. */
  place: Place | null;
}

/** The searches that find candidates: keywords, vectors or both. */
export type SearchMode = "keywords and vectors" | "keywords" | "vectors";

/** How the passages were found. */
export interface Coverage {
  /** The searches that found them. */
  mode: SearchMode;
  /** Chunks in the folder's index. */
  chunks: number;
  /** Chunks that had vectors at the time of the search. */
  embedded: number;
  /** Whether any passage is relevant to the question. */
  relevant: boolean;
}

/** Token counts and times that the model's runtime reported. */
export interface Usage {
  /** Tokens of the prompt. */
  promptTokens: number;
  /** Tokens of the answer. */
  answerTokens: number;
  /** Seconds to read the prompt. */
  promptSeconds: number;
  /** Seconds to generate the answer. */
  answerSeconds: number;
  /** Why the model stopped: `stop`, or `length` at the token limit. */
  stopReason: string;
  /** Whether the runtime truncated the prompt. */
  promptCut: boolean;
}

/** How an answer was created. */
export interface Trace {
  /** How its sources were found. */
  search: Coverage;
  /** Estimated size of the prompt in tokens. */
  promptTokens: number;
  /** The limit for `promptTokens`. */
  promptBudget: number;
  /** Token counts and times of the model. */
  usage: Usage;
  /** Milliseconds by stage. */
  timings: Record<string, number>;
  /** Dimensions of the question's embedding; 0 without one. */
  dimensions: number;
  /** The first numbers of the question's embedding. */
  vector: number[];
}

/** A model on another machine, to which a question and code of a folder would be sent. */
export interface Destination {
  /** URI of the folder. */
  folder: string;
  /** The full name of the model, with its tag. */
  model: string;
  /** The address of the machine that runs it. */
  host: string;
}

/** The complete answer. It includes the content of all notifications about it. */
export interface AskResult {
  /** As in `AskParams`. */
  askId: string;
  /** The text in Markdown, without citations of nonexistent sources. */
  text: string;
  /** The model that wrote the text. */
  model: ModelName;
  /** The passages found, best first. */
  sources: Source[];
  /** The cited sources. */
  citations: Citation[];
  /** The numbers of the removed citations. */
  struck: number[];
  /** The back-quoted identifiers in the text. */
  mentions: Mention[];
  /** Sentences to display with the answer. */
  notices: string[];
  /** Why the text is incomplete, or an empty string. */
  failure: string;
  /** Suggested next questions. */
  followUps: string[];
  /** How the answer was created. */
  trace: Trace;
  /**
   * Set if nothing was sent to the model because it runs on another machine and the user has not allowed it. Ask the
   * user, send `sourcewise/models/allow`, and ask again.
   */
  needsConsent?: Destination | null;
}

/** Asks for an explanation of code. The notifications are those of `sourcewise/ask`. */
export interface ExplainParams {
  /** As in `AskParams`. */
  askId: string;
  /** The lines to explain, or a cursor to explain the symbol there. */
  selection: Selection;
}

/** Searches a folder, without a written answer. */
export interface SearchParams {
  /** The query, in any words. */
  query: string;
  /** URI of a workspace folder; required if several are open. */
  folder?: string | null;
  /** The maximum number of passages, 1 to 50; the default is the setting `retrieval.top`. */
  limit?: number | null;
  /** The scope of the search; the default is the whole folder. */
  scope?: Scope;
}

/** The results of a search. */
export interface SearchResult {
  /** The passages, best first. */
  passages: Passage[];
  /** How they were found. */
  search: Coverage;
}

/** Searches for code similar to the selected lines, which are not among the results. */
export interface SimilarParams {
  /** The lines, or a cursor for the symbol there. */
  selection: Selection;
  /** As in `SearchParams`. */
  limit?: number | null;
}

/** Requests the status of indexes. */
export interface StatusParams {
  /** URI of a workspace folder; the default is all folders. */
  folder?: string | null;
}

/** A stage of the work on an index. */
export type Stage =
  | "idle"
  | "scanning"
  | "reading"
  | "restoring vectors"
  | "fetching the embedding model"
  | "summarizing files"
  | "embedding";

/** The state of a folder's index. */
export interface FolderState {
  /** URI of the folder. */
  uri: string;
  /** The current stage of the work. */
  stage: Stage;
  /** Work done in this stage: files while reading, chunks while embedding, bytes while downloading the model. */
  done: number;
  /** Total work of this stage in the same unit; 0 if unknown. */
  total: number;
  /** Whether the user paused indexing. */
  paused: boolean;
  /** Estimated seconds until this stage is done; null if unknown. */
  secondsLeft: number | null;
  /** Indexed files. */
  files: number;
  /** Chunks in the index. */
  chunks: number;
  /** Chunks that have vectors. */
  embedded: number;
  /** The last error and the next step, or an empty string. */
  message: string;
  /** Another notice, such as why indexing is slow, or an empty string. */
  notice: string;
}

/** The status of a folder's index. */
export interface FolderStatus extends FolderState {
  /** Vectors of the embedded chunks; a long chunk has several. */
  vectors: number;
  /** Embeddings in the user's cache, for all folders. */
  cached: number;
  /** The embedding model. */
  model: string;
  /** `missing`, `partial` (not all chunks have vectors) or `ready`. */
  state: string;
  /** The number of skipped files by reason. */
  skipped: Record<string, number>;
  /** Size of the index on disk. */
  bytes: number;
}

/** The status of the requested folders. */
export interface StatusResult {
  /** One entry for each requested folder. */
  folders: FolderStatus[];
}

/** Rebuilds indexes: reads all files again. Cached embeddings are reused. */
export interface RebuildParams {
  /** URI of a workspace folder; the default is all folders. */
  folder?: string | null;
}

/** The state of all open folders. The server sends it after each change, at most a few times a second. */
export interface IndexState {
  /** One entry for each open folder. */
  folders: FolderState[];
}

/** Pauses or resumes indexing of all folders. Pausing persists, even across restarts, until you resume. */
export interface PauseParams {
  /** True to pause, false to resume. */
  paused: boolean;
}

/** Requests the values that a search can be narrowed to. */
export interface ChoicesParams {
  /** URI of a workspace folder; required if several are open. */
  folder?: string | null;
}

/** The values that a search can be narrowed to, besides files and folders; most likely first. */
export interface IndexChoices {
  /** Languages of indexed files. */
  languages: string[];
  /** Kinds of definitions, such as `class`; `text` means lines outside definitions. */
  kinds: string[];
  /** Roles of indexed files. */
  roles: FileRole[];
  /** Recent branches of the repository. */
  branches: string[];
}

/** Asks why a file is indexed or not. */
export interface WhyParams {
  /** URI of a file or folder. */
  uri: string;
}

/** Why a file is indexed or not. */
export interface WhyResult {
  /** Path of the file, relative to its folder. */
  path: string;
  /** Whether the rules include the file. */
  indexed: boolean;
  /** The answer as a sentence for display. */
  sentence: string;
  /** The rule that excludes the file and its location, for example `*.log (.gitignore:3)`, or an empty string. */
  rule: string;
  /** The current number of its chunks in the index. */
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

/** Requests the skipped files, which are not indexed. */
export interface SkippedParams {
  /** URI of a workspace folder; the default is all folders. */
  folder?: string | null;
  /** List only files skipped for this reason; the default is all reasons. */
  reason?: SkipReason | null;
  /** The maximum number of files for each reason; 0 only counts them. */
  limit?: number;
}

/** A file that is not indexed. An ignored folder is one entry, whose path ends in `/`. */
export interface SkippedFile {
  /** Path relative to the folder. */
  path: string;
  /** URI of the file. */
  uri: string;
  /** Why the file is not indexed. */
  reason: SkipReason;
  /** The rule and its location, as in `WhyResult`. */
  rule: string;
}

/** The skipped files. */
export interface SkippedResult {
  /** The number of files by reason, most frequent first; includes files beyond the limit. */
  counts: Record<string, number>;
  /** The files by reason, in the order of `counts`. */
  files: SkippedFile[];
}

/** Requests the chunks of a file. */
export interface ChunksParams {
  /** URI of the file. */
  uri: string;
}

/** A chunk in the index. */
export interface IndexedChunk {
  /** First line. */
  startLine: number;
  /** Last line. */
  endLine: number;
  /** Qualified name of the definition that the chunk contains or belongs to; empty outside definitions. */
  symbol: string;
  /** Kind of that definition; `text` outside definitions. */
  kind: string;
  /** Estimated number of tokens. */
  tokens: number;
  /** Number of vectors; 0 until the chunk is embedded. */
  vectors: number;
  /** Why the chunk cannot be embedded; empty if it can be. */
  problem: string;
  /** Its first lines. */
  preview: string;
}

/** The chunks of a file. */
export interface ChunksResult {
  /** Path of the file, relative to its folder. */
  path: string;
  /** The chunks, in order. */
  chunks: IndexedChunk[];
  /** Why there are no chunks, as a sentence for display; empty if there are some. */
  sentence: string;
}

/** No parameters. */
export type ModelsParams = Record<string, never>;

/** A language model that is installed or can be downloaded. */
export interface LanguageModel {
  /** The program that runs the model: `ollama` or `embedded`. */
  runtime: string;
  /** The name of the model. */
  name: string;
  /** Whether the model is installed. */
  installed: boolean;
  /** Its size, as installed or as a download; 0 if unknown. */
  bytes: number;
  /** The address of the remote machine that runs it; empty if it runs on this machine. */
  host?: string;
}

/** The model that would answer the next question, and all available models. */
export interface ModelsResult {
  /** The model that would answer; its runtime is `sources` if there is none. */
  answering: ModelName;
  /** Whether that model runs on this machine. */
  local: boolean;
  /** Why that model is not the wanted one, with the next step; or an empty string. */
  problem: string;
  /** Whether Ollama responds at its endpoint. */
  ollamaRuns: boolean;
  /** The address of Ollama. */
  endpoint: string;
  /** The model in the settings. */
  wanted: string;
  /** All installed models, the wanted model, and the built-in model. */
  models: LanguageModel[];
}

/** Downloads a model. `$/cancelRequest` stops the download; a new request resumes it. */
export interface PullParams {
  /** ID chosen by the client; every notification about the download contains it. */
  pullId: string;
  /** `ollama`, or `embedded` for the built-in model. */
  runtime: string;
  /** The name of the model. */
  name: string;
}

/** The download is complete. */
export interface PullResult {
  /** The full name of the model. */
  name: string;
}

/** Allows a remote model to receive code of a folder from now on. */
export interface AllowParams {
  /** The model and the folder, as in `AskResult`. */
  destination: Destination;
}

/** The remote models that may receive code of the open folders. */
export interface AllowedModels {
  /** One entry for each model and folder. */
  destinations: Destination[];
}

/** No parameters. Revokes the consent to all remote models for all open folders; answers then require it again. */
export type RevokeParams = Record<string, never>;

/** No parameters. */
export type DiagnoseParams = Record<string, never>;

/** A report on the installation. */
export interface DiagnoseResult {
  /** The report in Markdown. It can be shared: it contains no code, questions, user names or folder names. */
  report: string;
}

/** The sources of an answer; its first notification. */
export interface AnswerSources {
  /** As in `AskParams`. */
  askId: string;
  /** The passages found, best first. */
  sources: Source[];
  /** How they were found. */
  search: Coverage;
}

/** The progress of the model in reading the prompt. */
export interface AnswerProgress {
  /** As in `AskParams`. */
  askId: string;
  /** The share of the prompt that the model has read, 0 to 1. */
  fraction: number;
}

/** The next part of the text. */
export interface AnswerDelta {
  /** As in `AskParams`. */
  askId: string;
  /** Number of the part, from 0. */
  seq: number;
  /** The text to append. */
  text: string;
}

/** A notice to display while the answer is generated. */
export interface AnswerNotice {
  /** As in `AskParams`. */
  askId: string;
  /** The notice, as a sentence. */
  message: string;
}

/** The progress of a download. */
export interface PullProgress {
  /** As in `PullParams`. */
  pullId: string;
  /** The current step. */
  message: string;
  /** Downloaded bytes. */
  done: number;
  /** Total bytes; 0 if unknown. */
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
