/**
 * The server as the rest of the extension sees it: it has a state, answers requests and sends notifications.
 *
 * Hides server processes and their restarts. A crashed server is restarted; requests made meanwhile wait for the new
 * process, and listeners also receive its notifications. Every request is settled eventually.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { CancellationToken, Disposable, Event } from "vscode-jsonrpc";
import { Emitter } from "vscode-jsonrpc/node";
import { INDEX_STATE, type IndexState, type Notification, type Request } from "../generated/protocol";
import { asUserError, cancelled, connectionLost, isCancelled, UserError } from "../userError";
import { coalesced, RestartPolicy } from "./restartPolicy";

/** Whether the server accepts requests, and if not, why. */
export type ServerState =
  | { readonly kind: "stopped" }
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "failed"; readonly message: string; readonly hint: string };

/** A connection to one server process. It is started once and ends once. */
export interface Connection {
  /** Resolves when the server accepts requests; rejects if the process ends before that. */
  start(): Promise<void>;
  /** Stops the process. Resolves within a few seconds even if the process hangs. */
  stop(): Promise<void>;
  sendRequest(method: string, params: unknown, token?: CancellationToken): Promise<unknown>;
  onNotification(method: string, handler: (params: unknown) => void): void;
  /** Aborted when the process has ended, intentionally or not. */
  readonly ended: AbortSignal;
}

type Handler = (params: unknown) => void;

/** The time from a start to a stop or a final failure, including restarts; `ended` resolves to the reason of the end. */
interface Session {
  readonly stop: AbortController;
  readonly ended: Promise<UserError>;
}

/** The server, independent of the current process. */
export class Server implements Disposable {
  private current: ServerState = { kind: "stopped" };
  private connection: Connection | undefined;
  private session: Session | undefined;
  private index: IndexState | undefined;
  private readonly stateChanged = new Emitter<ServerState>();
  private readonly indexChanged = new Emitter<IndexState | undefined>();
  private readonly handlers = new Map<string, Set<Handler>>();

  /** Fires on each state change. */
  readonly onDidChange: Event<ServerState> = this.stateChanged.event;
  /** Fires when the state of the index changes; undefined if no server is running. */
  readonly onDidChangeIndex: Event<IndexState | undefined> = this.indexChanged.event;

  /**
   * Restarts the server. All calls made during a restart are combined into one more restart.
   *
   * @returns a promise that resolves when the server is running; rejects with a `UserError` if it fails to start
   */
  readonly restart = coalesced(async () => {
    await this.stop();
    await this.start();
  });

  /**
   * @param connect creates a connection without starting it; if it rejects, the server fails without a retry
   * @param restarts decides about restarts after crashes
   */
  constructor(
    private readonly connect: () => Promise<Connection>,
    private readonly restarts = new RestartPolicy(),
  ) {
    this.on(INDEX_STATE, (state) => this.setIndex(state));
  }

  get state(): ServerState {
    return this.current;
  }

  get indexState(): IndexState | undefined {
    return this.index;
  }

  /**
   * Starts the server unless it is running.
   *
   * @returns a promise that resolves when the server is running; rejects with a `UserError` if it fails to start
   */
  async start(): Promise<void> {
    if (this.session?.stop.signal.aborted) await this.session.ended;
    const session = this.session ?? this.beginSession();
    await this.untilStarted();
    if (this.current.kind !== "running") throw await session.ended;
  }

  /** Stops the server without a restart. */
  async stop(): Promise<void> {
    this.session?.stop.abort();
    await this.session?.ended;
    this.setState({ kind: "stopped" });
  }

  dispose(): void {
    void this.stop();
  }

  /**
   * Sends a request to the server. While the server starts, the request waits.
   *
   * @returns the response; rejects with a `UserError`, for which `isCancelled` holds if the token was cancelled
   */
  async request<P, R>(request: Request<P, R>, params: P, token?: CancellationToken): Promise<R> {
    const connection = await unlessCancelled(this.runningConnection(), token);
    try {
      const answer = connection.sendRequest(request.method, params, token);
      return (await unlessAborted(answer, connection.ended, connectionLost)) as R;
    } catch (error) {
      throw asUserError(error);
    }
  }

  /** Calls the handler for each notification of this method, from the current process and from later ones. */
  on<P>(notification: Notification<P>, handler: (params: P) => void): Disposable {
    const handlers = this.handlersOf(notification.method);
    handlers.add(handler as Handler);
    return { dispose: () => handlers.delete(handler as Handler) };
  }

  private handlersOf(method: string): Set<Handler> {
    const known = this.handlers.get(method);
    if (known) return known;
    const handlers = new Set<Handler>();
    this.handlers.set(method, handlers);
    if (this.connection) this.listen(this.connection, method, handlers);
    return handlers;
  }

  private listen(connection: Connection, method: string, handlers: Set<Handler>): void {
    connection.onNotification(method, (params) => {
      for (const handler of [...handlers]) handler(params);
    });
  }

  private beginSession(): Session {
    const stop = new AbortController();
    this.restarts.reset();
    this.session = { stop, ended: this.runSession(stop.signal) };
    this.setState({ kind: "starting" });
    return this.session;
  }

  private async runSession(stop: AbortSignal): Promise<UserError> {
    const problem = await this.superviseProcesses(stop).catch(asUserError);
    const end = stop.aborted ? cancelled() : problem;
    this.session = undefined;
    this.setState(isCancelled(end) ? { kind: "stopped" } : { kind: "failed", message: end.message, hint: end.hint });
    return end;
  }

  /** Runs server processes one after another until the server is stopped or crashes too often. */
  private async superviseProcesses(stop: AbortSignal): Promise<UserError> {
    for (;;) {
      const connection = await unlessAborted(this.connect(), stop, cancelled);
      const problem = await this.runProcess(connection, stop);
      if (stop.aborted) return cancelled();
      const wait = this.restarts.recordCrash();
      if (wait === undefined) return crashLoop(this.restarts.limits.crashes, problem);
      this.setState({ kind: "starting" });
      await delay(wait, undefined, { signal: stop });
    }
  }

  /** Runs one process. Resolves when it has ended: to the problem if it failed to start, otherwise to an empty string. */
  private async runProcess(connection: Connection, stop: AbortSignal): Promise<string> {
    try {
      for (const [method, handlers] of this.handlers) this.listen(connection, method, handlers);
      this.connection = connection;
      await unlessAborted(connection.start(), stop, cancelled);
      this.setState({ kind: "running" });
      await aborted(AbortSignal.any([connection.ended, stop]));
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.connection = undefined;
      await connection.stop();
      this.setIndex(undefined);
    }
  }

  private async untilStarted(): Promise<void> {
    while (this.current.kind === "starting") await once(this.onDidChange);
  }

  /** Waits for the server to start and returns the connection. Rejects with the reason if there is none. */
  private async runningConnection(): Promise<Connection> {
    await this.untilStarted();
    if (this.connection) return this.connection;
    if (this.current.kind === "failed") throw new UserError(this.current.message, this.current.hint, "ServerFailed");
    throw new UserError("Sourcewise is not running.", "Run “Sourcewise: Restart Server”.", "ServerStopped");
  }

  private setState(state: ServerState): void {
    if (state.kind === this.current.kind && state.kind !== "failed") return;
    this.current = state;
    this.stateChanged.fire(state);
  }

  private setIndex(state: IndexState | undefined): void {
    this.index = state;
    this.indexChanged.fire(state);
  }
}

function crashLoop(times: number, problem: string): UserError {
  const reason = problem === "" ? "" : ` (${problem})`;
  return new UserError(
    `The Sourcewise server stopped ${times} times within a few minutes${reason}.`,
    "See the log, then run “Sourcewise: Restart Server”.",
  );
}

function once(event: Event<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const subscription = event(() => {
      subscription.dispose();
      resolve();
    });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal, reason: () => UserError): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(reason());
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function unlessCancelled<T>(promise: Promise<T>, token: CancellationToken | undefined): Promise<T> {
  if (!token) return promise;
  return new Promise((resolve, reject) => {
    const subscription = token.onCancellationRequested(() => reject(cancelled()));
    promise.then(resolve, reject).finally(() => subscription.dispose());
  });
}
