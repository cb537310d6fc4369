/**
 * The chat that is open: what was asked in it, and the one answer that may be in the making. Hides attempts: each has an
 * id of its own on the wire, and what belongs to one that was stopped, replaced or left behind is dropped.
 */
import { CancellationTokenSource, type Disposable } from "vscode-jsonrpc/node";
import {
  ANSWER_DELTA,
  ANSWER_NOTICE,
  ANSWER_PROGRESS,
  ANSWER_SOURCES,
  ASK,
  type AskResult,
  type Destination,
  EXPLAIN,
  MODELS_ALLOW,
  type Notification,
  type Selection,
} from "../generated/protocol";
import type { Server } from "../server/client";
import { asUserError, isCancelled, UserError } from "../userError";
import { emptyChat, type HeldChat, withTurn } from "./chat";
import type { Turn } from "./messages";
import type { ScopedQuestion } from "./scope";
import {
  type HeldTurn,
  historyOf,
  newTurn,
  type Place,
  startedAgain,
  stopped,
  type TurnRequest,
  withDelta,
  withFailure,
  withNotice,
  withProgress,
  withRequest,
  withResult,
  withSources,
} from "./turn";

/** Who wants to know. */
export interface ConversationListener {
  /** More of an answer came. */
  turnGrew(turn: string): void;
  /** Anything else happened: a turn began or ended, another chat is open. */
  chatChanged(): void;
}

interface Attempt {
  readonly turn: string;
  readonly askId: string;
  readonly cancellation: CancellationTokenSource;
}

const MOST_HISTORY = 6;

export class Conversation {
  private current = emptyChat();
  private attempt: Attempt | undefined;
  private readonly subscriptions: Disposable[];

  /**
   * @param server what answers
   * @param scopeOf what a question is about, at the moment when it is asked
   * @param mayLeave asks the user whether a question and its sources may be sent to a remote model
   * @param listener who wants to know what happened
   */
  constructor(
    private readonly server: Pick<Server, "request" | "on">,
    private readonly scopeOf: (question: string) => Promise<ScopedQuestion>,
    private readonly mayLeave: (destination: Destination) => Promise<boolean>,
    private readonly listener: ConversationListener,
  ) {
    this.subscriptions = [
      this.on(ANSWER_SOURCES, withSources),
      this.on(ANSWER_PROGRESS, withProgress),
      this.on(ANSWER_DELTA, withDelta),
      this.on(ANSWER_NOTICE, withNotice),
    ];
  }

  get chat(): HeldChat {
    return this.current;
  }

  /** Turns to another chat. An answer in the making stays in its chat, stopped. */
  open(chat: HeldChat): void {
    this.stopAnswering();
    this.current = chat;
    this.listener.chatChanged();
  }

  /**
   * Asks a question; what becomes of it is in the turn.
   *
   * @throws an answer is in the making
   */
  async ask(question: string): Promise<void> {
    if (this.attempt) throw busy();
    await this.answer(newTurn(crypto.randomUUID(), "ask", question.trim()));
  }

  /** Explains code. The user just pointed at it, so an answer in the making is stopped for it. */
  async explain(selection: Selection, title: string): Promise<void> {
    this.stopAnswering();
    await this.answer(withRequest(newTurn(crypto.randomUUID(), "explain", title), { kind: "explain", selection }, []));
  }

  /**
   * Asks the question of a turn again; the new answer takes the place of the old one.
   *
   * @throws an answer is in the making
   */
  async regenerate(id: string): Promise<void> {
    if (this.attempt) throw busy();
    const turn = this.turn(id);
    if (turn) await this.answer(startedAgain(turn));
  }

  /** Stops the answer of a turn, if it is in the making. What is there of it stays. */
  stop(id: string): void {
    if (this.attempt?.turn === id) this.stopAnswering();
  }

  /** The lines behind a source that was shown, or undefined where none was. */
  placeOfSource(id: string, number: number): Place | undefined {
    return this.turn(id)?.sources.find((source) => source.number === number);
  }

  /** The line behind a mention that was shown, or undefined where none was. */
  placeOfMention(id: string, name: string): Place | undefined {
    return this.turn(id)?.mentions.find((mention) => mention.name === name);
  }

  /** What the view sees of a turn of this chat. */
  shownTurn(id: string): Turn | undefined {
    return this.turn(id)?.shown;
  }

  dispose(): void {
    this.stopAnswering();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async answer(turn: HeldTurn): Promise<void> {
    const attempt = { turn: turn.shown.id, askId: crypto.randomUUID(), cancellation: new CancellationTokenSource() };
    const before = this.turnsBefore(attempt.turn);
    this.attempt = attempt;
    this.put(turn);
    this.listener.chatChanged();
    try {
      const request = turn.request ?? (await this.findRequest(turn, attempt));
      if (this.attempt !== attempt) return;
      const result = await this.sendWithConsent(request, attempt, before);
      this.end(attempt, (last) => withResult(last, result));
    } catch (error) {
      const { sentences } = asUserError(error);
      this.end(attempt, isCancelled(error) ? stopped : (last) => withFailure(last, sentences));
    }
  }

  private async findRequest(turn: HeldTurn, attempt: Attempt): Promise<TurnRequest> {
    const { described, ...asked } = await this.scopeOf(turn.shown.question);
    const request: TurnRequest = { kind: "ask", ...asked };
    this.step(attempt, (last) => withRequest(last, request, described));
    return request;
  }

  /** Asks the server; if the prompt would leave the machine, asks the user, and then the server again. */
  private async sendWithConsent(
    request: TurnRequest,
    attempt: Attempt,
    before: readonly HeldTurn[],
  ): Promise<AskResult> {
    for (;;) {
      const result = await this.send(request, attempt, before);
      const destination = result.needsConsent;
      if (!destination || !(await this.mayLeave(destination)) || this.attempt !== attempt) return result;
      await this.server.request(MODELS_ALLOW, { destination }, attempt.cancellation.token);
    }
  }

  private send(
    request: TurnRequest,
    { askId, cancellation: { token } }: Attempt,
    before: readonly HeldTurn[],
  ): Promise<AskResult> {
    if (request.kind === "explain") return this.server.request(EXPLAIN, { askId, selection: request.selection }, token);
    const { question, folder, scope, selection } = request;
    const history = historyOf(before, MOST_HISTORY);
    return this.server.request(ASK, { askId, question, folder, scope, selection, history }, token);
  }

  private on<P extends { askId: string }>(notification: Notification<P>, step: (turn: HeldTurn, event: P) => HeldTurn) {
    return this.server.on(notification, (event) => {
      if (this.attempt?.askId === event.askId) this.step(this.attempt, (turn) => step(turn, event));
    });
  }

  private step(attempt: Attempt, change: (turn: HeldTurn) => HeldTurn): void {
    const turn = this.turn(attempt.turn);
    if (this.attempt !== attempt || !turn) return;
    this.put(change(turn));
    this.listener.turnGrew(attempt.turn);
  }

  private end(attempt: Attempt, change: (turn: HeldTurn) => HeldTurn): void {
    if (this.attempt !== attempt) return;
    this.step(attempt, change);
    this.attempt = undefined;
    this.listener.chatChanged();
  }

  private stopAnswering(): void {
    const attempt = this.attempt;
    if (!attempt) return;
    attempt.cancellation.cancel();
    this.end(attempt, stopped);
  }

  private turn(id: string): HeldTurn | undefined {
    return this.current.turns.find((turn) => turn.shown.id === id);
  }

  private turnsBefore(id: string): readonly HeldTurn[] {
    const place = this.current.turns.findIndex((turn) => turn.shown.id === id);
    return place < 0 ? this.current.turns : this.current.turns.slice(0, place);
  }

  private put(turn: HeldTurn): void {
    this.current = withTurn(this.current, turn);
  }
}

function busy(): UserError {
  return new UserError("Sourcewise is still answering.", "Stop that answer first, then ask again.", "Busy");
}
