/**
 * The open chat: its turns and at most one running answer. Hides attempts: each has its own ID in the protocol, and
 * messages for an attempt that was stopped, replaced or abandoned are dropped.
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
import { type ChatRecord, emptyChat, upsertTurn } from "./chat";
import type { Turn } from "./messages";
import type { ScopedQuestion } from "./scope";
import {
  historyOf,
  newTurn,
  type Place,
  stoppedTurn,
  type TurnRecord,
  type TurnRequest,
  withDelta,
  withFailure,
  withNotice,
  withoutAnswer,
  withProgress,
  withRequest,
  withResult,
  withSources,
} from "./turn";

/** Callbacks for changes of the conversation. */
export interface ConversationListener {
  /** A running answer grew. */
  answerGrew(turn: string): void;
  /** Anything else changed: a turn started or ended, or another chat was opened. */
  chatChanged(): void;
}

interface Attempt {
  readonly turn: string;
  readonly askId: string;
  readonly cancellation: CancellationTokenSource;
}

const MAX_HISTORY = 6;

export class Conversation {
  private current = emptyChat();
  private attempt: Attempt | undefined;
  private readonly subscriptions: Disposable[];

  /**
   * @param server answers the questions
   * @param scopeOf determines the scope of a question, when it is asked
   * @param requestConsent asks the user whether a question and its sources may be sent to a remote model
   * @param listener called on changes
   */
  constructor(
    private readonly server: Pick<Server, "request" | "on">,
    private readonly scopeOf: (question: string) => Promise<ScopedQuestion>,
    private readonly requestConsent: (destination: Destination) => Promise<boolean>,
    private readonly listener: ConversationListener,
  ) {
    this.subscriptions = [
      this.on(ANSWER_SOURCES, withSources),
      this.on(ANSWER_PROGRESS, withProgress),
      this.on(ANSWER_DELTA, withDelta),
      this.on(ANSWER_NOTICE, withNotice),
    ];
  }

  get chat(): ChatRecord {
    return this.current;
  }

  /** Opens another chat. A running answer is stopped and stays in its chat. */
  open(chat: ChatRecord): void {
    this.stopAnswering();
    this.current = chat;
    this.listener.chatChanged();
  }

  /**
   * Asks a question. Success or failure is recorded in the turn.
   *
   * @throws UserError if an answer is running
   */
  async ask(question: string): Promise<void> {
    if (this.attempt) throw busy();
    await this.answer(newTurn(crypto.randomUUID(), "ask", question.trim()));
  }

  /** Explains code. Stops a running answer, because the user just requested this one. */
  async explain(selection: Selection, title: string): Promise<void> {
    this.stopAnswering();
    await this.answer(withRequest(newTurn(crypto.randomUUID(), "explain", title), { kind: "explain", selection }, []));
  }

  /**
   * Asks the question of a turn again. The new answer replaces the old one.
   *
   * @throws UserError if an answer is running
   */
  async regenerate(id: string): Promise<void> {
    if (this.attempt) throw busy();
    const turn = this.turn(id);
    if (turn) await this.answer(withoutAnswer(turn));
  }

  /** Stops the answer of a turn if it is running. Keeps the text received so far. */
  stop(id: string): void {
    if (this.attempt?.turn === id) this.stopAnswering();
  }

  /** Returns the location of a source that was shown; undefined if there is none. */
  placeOfSource(id: string, number: number): Place | undefined {
    return this.turn(id)?.sources.find((source) => source.number === number);
  }

  /** Returns the location of a mention that was shown; undefined if there is none. */
  placeOfMention(id: string, name: string): Place | undefined {
    return this.turn(id)?.mentions.find((mention) => mention.name === name);
  }

  /** Returns the part of a turn that the view receives. */
  shownTurn(id: string): Turn | undefined {
    return this.turn(id)?.shown;
  }

  dispose(): void {
    this.stopAnswering();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async answer(turn: TurnRecord): Promise<void> {
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
      this.end(attempt, isCancelled(error) ? stoppedTurn : (last) => withFailure(last, sentences));
    }
  }

  private async findRequest(turn: TurnRecord, attempt: Attempt): Promise<TurnRequest> {
    const { described, ...asked } = await this.scopeOf(turn.shown.question);
    const request: TurnRequest = { kind: "ask", ...asked };
    this.step(attempt, (last) => withRequest(last, request, described));
    return request;
  }

  /** Sends the question. If the prompt would leave the machine, asks the user for consent and then sends it again. */
  private async sendWithConsent(
    request: TurnRequest,
    attempt: Attempt,
    before: readonly TurnRecord[],
  ): Promise<AskResult> {
    for (;;) {
      const result = await this.send(request, attempt, before);
      const destination = result.needsConsent;
      if (!destination || !(await this.requestConsent(destination)) || this.attempt !== attempt) return result;
      await this.server.request(MODELS_ALLOW, { destination }, attempt.cancellation.token);
    }
  }

  private send(
    request: TurnRequest,
    { askId, cancellation: { token } }: Attempt,
    before: readonly TurnRecord[],
  ): Promise<AskResult> {
    if (request.kind === "explain") return this.server.request(EXPLAIN, { askId, selection: request.selection }, token);
    const { question, folder, scope, selection } = request;
    const history = historyOf(before, MAX_HISTORY);
    return this.server.request(ASK, { askId, question, folder, scope, selection, history }, token);
  }

  private on<P extends { askId: string }>(
    notification: Notification<P>,
    step: (turn: TurnRecord, event: P) => TurnRecord,
  ) {
    return this.server.on(notification, (event) => {
      if (this.attempt?.askId === event.askId) this.step(this.attempt, (turn) => step(turn, event));
    });
  }

  private step(attempt: Attempt, change: (turn: TurnRecord) => TurnRecord): void {
    const turn = this.turn(attempt.turn);
    if (this.attempt !== attempt || !turn) return;
    this.put(change(turn));
    this.listener.answerGrew(attempt.turn);
  }

  private end(attempt: Attempt, change: (turn: TurnRecord) => TurnRecord): void {
    if (this.attempt !== attempt) return;
    this.step(attempt, change);
    this.attempt = undefined;
    this.listener.chatChanged();
  }

  private stopAnswering(): void {
    const attempt = this.attempt;
    if (!attempt) return;
    attempt.cancellation.cancel();
    this.end(attempt, stoppedTurn);
  }

  private turn(id: string): TurnRecord | undefined {
    return this.current.turns.find((turn) => turn.shown.id === id);
  }

  private turnsBefore(id: string): readonly TurnRecord[] {
    const place = this.current.turns.findIndex((turn) => turn.shown.id === id);
    return place < 0 ? this.current.turns : this.current.turns.slice(0, place);
  }

  private put(turn: TurnRecord): void {
    this.current = upsertTurn(this.current, turn);
  }
}

function busy(): UserError {
  return new UserError("Sourcewise is still answering.", "Stop the current answer, then ask again.", "Busy");
}
