/**
 * A question and its answer while they come to be: pure steps from what the server says to what the view shows. Hides
 * which part of the wire ends up where. A turn also keeps what the view must not know: the places behind the sources and
 * mentions that it shows, and what was asked, so that it can be asked again.
 *
 * The response is the truth. Notifications before it only paint the answer early, so one that comes late, twice or out of
 * order is left aside.
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

/** Lines of a document that the view may ask to open. */
export interface Place {
  readonly uri: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** What the server is asked, apart from what differs from one attempt to the next. */
export type TurnRequest =
  | {
      readonly kind: "ask";
      readonly question: string;
      readonly folder: string | null;
      readonly scope: Required<Scope>;
      readonly selection: Selection | null;
    }
  | { readonly kind: "explain"; readonly selection: Selection };

/** A turn as the host holds it. `request` is null until it is known what the question is about. */
export interface HeldTurn {
  readonly shown: Turn;
  readonly request: TurnRequest | null;
  readonly sources: readonly (Place & { readonly number: number })[];
  readonly mentions: readonly (Place & { readonly name: string })[];
  readonly deltas: number;
}

const NOTHING_YET = {
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

/** A turn that nothing is known of but its question. */
export function newTurn(id: string, kind: Turn["kind"], question: string): HeldTurn {
  const shown: Turn = { id, kind, question, scope: [], ...NOTHING_YET };
  return { shown, request: null, sources: [], mentions: [], deltas: 0 };
}

/** The same question, before any answer. */
export function startedAgain(turn: HeldTurn): HeldTurn {
  return { ...turn, shown: { ...turn.shown, ...NOTHING_YET }, sources: [], mentions: [], deltas: 0 };
}

/** It is known what will be asked; `scope` says in words what it was narrowed to. */
export function withRequest(turn: HeldTurn, request: TurnRequest, scope: string[]): HeldTurn {
  return { ...turn, request, shown: { ...turn.shown, scope } };
}

/** What the answer will be made from. */
export function withSources(turn: HeldTurn, { sources, search }: AnswerSources): HeldTurn {
  if (turn.shown.status !== "searching") return turn;
  const shown: Turn = { ...turn.shown, status: "reading", sources: sources.map(cardOf), coverage: search };
  return { ...turn, shown, sources: sources.map(issuedSource) };
}

/** The model has read this much of the prompt. */
export function withProgress(turn: HeldTurn, { fraction }: AnswerProgress): HeldTurn {
  if (turn.shown.status !== "reading") return turn;
  return { ...turn, shown: { ...turn.shown, readFraction: fraction } };
}

/** More of the answer's text. */
export function withDelta(turn: HeldTurn, { seq, text }: AnswerDelta): HeldTurn {
  if (!isRunning(turn.shown) || seq !== turn.deltas) return turn;
  const shown: Turn = { ...turn.shown, status: "answering", readFraction: null, text: turn.shown.text + text };
  return { ...turn, shown, deltas: seq + 1 };
}

/** A sentence for the reader, before the answer is whole. */
export function withNotice(turn: HeldTurn, { message }: AnswerNotice): HeldTurn {
  if (!isRunning(turn.shown) || turn.shown.notices.includes(message)) return turn;
  return { ...turn, shown: { ...turn.shown, notices: [...turn.shown.notices, message] } };
}

/** The whole answer, whatever was shown of it before. */
export function withResult(turn: HeldTurn, result: AskResult): HeldTurn {
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

/** No answer, or no more of it, for a reason that the reader is told. */
export function withFailure(turn: HeldTurn, sentence: string): HeldTurn {
  return isRunning(turn.shown) ? ended(turn, "failed", sentence) : turn;
}

/** No more of the answer, since nobody wants it or nobody is there to make it. */
export function stopped(turn: HeldTurn): HeldTurn {
  return isRunning(turn.shown) ? ended(turn, "stopped", "") : turn;
}

/** The last of these turns that have an answer, as a follow-up question tells of them, oldest first. */
export function historyOf(turns: readonly HeldTurn[], most: number): Exchange[] {
  const answered = turns.map(({ shown }) => shown).filter((turn) => !isRunning(turn) && turn.text.trim() !== "");
  return answered
    .slice(-most)
    .map((turn) => ({ question: turn.question, answer: turn.text, symbols: citedSymbols(turn) }));
}

function citedSymbols({ citations, sources }: Turn): string[] {
  const symbols = citations.map((cited) => sources.find(({ number }) => number === cited.number)?.symbol ?? "");
  return [...new Set(symbols)].filter((symbol) => symbol !== "");
}

function ended(turn: HeldTurn, status: "failed" | "stopped", failure: string): HeldTurn {
  return { ...turn, shown: { ...turn.shown, status, readFraction: null, failure } };
}

function cardOf(source: Source): SourceCard {
  const { number, path, startLine, endLine, symbol, language, similarity, preview, truncated } = source;
  return {
    number,
    path,
    startLine,
    endLine,
    symbol,
    language,
    similarity,
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
    // Ollama counts nothing for a prompt that it still has in memory; then the estimate is the better figure.
    promptTokens: usage.promptTokens || trace.promptTokens,
    answerTokens: usage.answerTokens,
    tokensPerSecond: usage.answerSeconds > 0 ? usage.answerTokens / usage.answerSeconds : null,
    seconds: (trace.timings.total ?? 0) / 1000,
  };
}
