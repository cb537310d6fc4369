/**
 * The host's record of a turn, a question with its answer: pure functions that apply messages from the server. Hides how
 * messages map to the view's state. A turn also stores data that the view must not receive: the locations of its sources
 * and mentions, and the request, so that it can be repeated.
 *
 * The response is authoritative. The notifications before it only show the answer early, so a late, duplicate or
 * out-of-order notification is ignored.
 */
import type {
  AnswerDelta,
  AnswerNotice,
  AnswerProgress,
  AnswerSources,
  AskResult,
  Turn as Exchange,
  Mention,
  Scope,
  Selection,
  Source,
} from "../generated/protocol";
import { isRunning, type SourceCard, type Turn } from "./messages";

/** A line range that the view may ask to open. */
export interface Place {
  readonly uri: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** A request to the server, without the parts that change between attempts. */
export type TurnRequest =
  | {
      readonly kind: "ask";
      readonly question: string;
      readonly folder: string | null;
      readonly scope: Required<Scope>;
      readonly selection: Selection | null;
    }
  | { readonly kind: "explain"; readonly selection: Selection };

/** The host's record of a turn. `request` is null until the scope of the question is known. */
export interface TurnRecord {
  readonly shown: Turn;
  readonly request: TurnRequest | null;
  readonly sources: readonly (Place & { readonly number: number })[];
  readonly mentions: readonly (Place & { readonly name: string })[];
  readonly deltas: number;
}

const EMPTY_ANSWER = {
  status: "searching",
  readFraction: null,
  sources: [],
  coverage: null,
  text: "",
  model: null,
  notices: [],
  citations: [],
  mentions: [],
  failure: "",
  followUps: [],
  cost: null,
} satisfies Partial<Turn>;

/** Returns a turn with a question and no answer yet. */
export function newTurn(id: string, kind: Turn["kind"], question: string): TurnRecord {
  const shown: Turn = { id, kind, question, scope: [], ...EMPTY_ANSWER };
  return { shown, request: null, sources: [], mentions: [], deltas: 0 };
}

/** Removes the answer from a turn, so that the question can be asked again. */
export function withoutAnswer(turn: TurnRecord): TurnRecord {
  return { ...turn, shown: { ...turn.shown, ...EMPTY_ANSWER }, sources: [], mentions: [], deltas: 0 };
}

/** Adds the request and the description of its scope. */
export function withRequest(turn: TurnRecord, request: TurnRequest, scope: string[]): TurnRecord {
  return { ...turn, request, shown: { ...turn.shown, scope } };
}

/** Adds the sources of the answer. */
export function withSources(turn: TurnRecord, { sources, search }: AnswerSources): TurnRecord {
  if (turn.shown.status !== "searching") return turn;
  const shown: Turn = { ...turn.shown, status: "reading", sources: sources.map(cardOf), coverage: search };
  return { ...turn, shown, sources: sources.map(issuedSource) };
}

/** Updates how much of the prompt the model has read. */
export function withProgress(turn: TurnRecord, { fraction }: AnswerProgress): TurnRecord {
  if (turn.shown.status !== "reading") return turn;
  return { ...turn, shown: { ...turn.shown, readFraction: fraction } };
}

/** Appends text to the answer. */
export function withDelta(turn: TurnRecord, { seq, text }: AnswerDelta): TurnRecord {
  if (!isRunning(turn.shown) || seq !== turn.deltas) return turn;
  const shown: Turn = { ...turn.shown, status: "answering", readFraction: null, text: turn.shown.text + text };
  return { ...turn, shown, deltas: seq + 1 };
}

/** Adds a notice for the user before the answer is complete. */
export function withNotice(turn: TurnRecord, { message }: AnswerNotice): TurnRecord {
  if (!isRunning(turn.shown) || turn.shown.notices.includes(message)) return turn;
  return { ...turn, shown: { ...turn.shown, notices: [...turn.shown.notices, message] } };
}

/** Sets the complete answer. Replaces everything shown before. */
export function withResult(turn: TurnRecord, result: AskResult): TurnRecord {
  if (!isRunning(turn.shown)) return turn;
  const shown: Turn = {
    ...turn.shown,
    status: result.failure ? "failed" : "done",
    readFraction: null,
    sources: result.sources.map(cardOf),
    coverage: result.trace.search,
    text: result.text,
    model: result.model,
    notices: [...result.notices],
    citations: [...result.citations],
    mentions: result.mentions.map(({ name, place }) => ({ name, place: place && `${place.path}:${place.line}` })),
    failure: result.failure,
    followUps: [...result.followUps],
    cost: costOf(result),
  };
  return {
    ...turn,
    shown,
    sources: result.sources.map(issuedSource),
    mentions: result.mentions.flatMap(issuedMention),
  };
}

/** Ends the turn with an error message for the user. */
export function withFailure(turn: TurnRecord, sentence: string): TurnRecord {
  return isRunning(turn.shown) ? ended(turn, "failed", sentence) : turn;
}

/** Ends the turn because the user stopped it or no process is answering it any more. */
export function stoppedTurn(turn: TurnRecord): TurnRecord {
  return isRunning(turn.shown) ? ended(turn, "stopped", "") : turn;
}

/** Returns the last turns that have an answer, oldest first, in the form that a follow-up question sends. */
export function historyOf(turns: readonly TurnRecord[], most: number): Exchange[] {
  const answered = turns.map(({ shown }) => shown).filter((turn) => !isRunning(turn) && turn.text.trim() !== "");
  return answered
    .slice(-most)
    .map((turn) => ({ question: turn.question, answer: turn.text, symbols: citedSymbols(turn) }));
}

function citedSymbols({ citations, sources }: Turn): string[] {
  const symbols = citations.map((cited) => sources.find(({ number }) => number === cited.number)?.symbol ?? "");
  return [...new Set(symbols)].filter((symbol) => symbol !== "");
}

function ended(turn: TurnRecord, status: "failed" | "stopped", failure: string): TurnRecord {
  return { ...turn, shown: { ...turn.shown, status, readFraction: null, failure } };
}

function cardOf(source: Source): SourceCard {
  const { number, path, startLine, endLine, symbol, language, role, match, preview, truncated } = source;
  return {
    number,
    path,
    startLine,
    endLine,
    symbol,
    language,
    role,
    match,
    reasons: [...source.reasons],
    preview,
    truncated,
  };
}

function issuedSource({ number, uri, startLine, endLine }: Source): Place & { number: number } {
  return { number, uri, startLine, endLine };
}

function issuedMention({ name, place }: Mention): (Place & { name: string })[] {
  return place ? [{ name, uri: place.uri, startLine: place.line, endLine: place.line }] : [];
}

function costOf({ trace }: AskResult): Turn["cost"] {
  const { usage } = trace;
  return {
    // Ollama reports 0 tokens for a cached prompt. Use our estimate then.
    promptTokens: usage.promptTokens || trace.promptTokens,
    answerTokens: usage.answerTokens,
    tokensPerSecond: usage.answerSeconds > 0 ? usage.answerTokens / usage.answerSeconds : null,
    seconds: (trace.timings.total ?? 0) / 1000,
  };
}
