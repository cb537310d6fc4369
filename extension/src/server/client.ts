/**
 * The server as the rest of the extension sees it: something that runs or does not, answers requests and tells news.
 *
 * Hides that behind it is one process after another. A crashed server is started again; who asked it meanwhile waits
 * for the next one, and who listens to it hears the next one too. No request is left without an end.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { CancellationToken, Disposable, Event } from "vscode-jsonrpc";
import { Emitter } from "vscode-jsonrpc/node";
import { INDEX_STATE, type IndexState, type Notification, type Request } from "../generated/protocol";
import { asUserError, cancelled, connectionLost, isCancelled, UserError } from "../userError";
import { coalesced, RestartPolicy } from "./restartPolicy";

/** Whether the server can be asked, and if not, why. */
export type ServerState =
  | { readonly kind: "stopped" }
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "failed"; readonly message: string; readonly hint: string };

/** One server process and the way to talk to it. It is started once and ends once. */
export interface Connection {
  /** Resolves when the server can be asked; rejects when it ended before that. */
  start(): Promise<void>;
  /** Ends the process; resolves in a few seconds whatever it does. */
  stop(): Promise<void>;
  sendRequest(method: string, params: unknown, token?: CancellationToken): Promise<unknown>;
  onNotification(method: string, handler: (params: unknown) => void): void;
  /** Is aborted when the process has ended, wanted or not. */
  readonly ended: AbortSignal;
}

type Handler = (params: unknown) => void;

/** From a start to the end of the last process that follows from it; `over` tells why it ended. */
interface Life {
  readonly stop: AbortController;
  readonly over: Promise<UserError>;
}

/** The server, whichever process it is at the moment. */
export class Server implements Disposable {
  private current: ServerState = { kind: "stopped" };
  private connection: Connection | undefined;
  private life: Life | undefined;
  private index: IndexState | undefined;
  private readonly stateChanged = new Emitter<ServerState>();
  private readonly indexChanged = new Emitter<IndexState | undefined>();
  private readonly handlers = new Map<string, Set<Handler>>();

  /** Tells each new state. */
  readonly onDidChange: Event<ServerState> = this.stateChanged.event;
  /** Tells each new state of the index; undefined when there is no server that could know it. */
  readonly onDidChangeIndex: Event<IndexState | undefined> = this.indexChanged.event;

  /**
   * Stops the server if it runs, and starts it. While that goes on, any number of calls are one more restart.
   *
   * @returns when the server runs; rejects with a `UserError` when it does not come up
   */
  readonly restart = coalesced(async () => {
    await this.stop();
    await this.start();
  });

  /**
   * @param connect makes the next connection, without starting it; what it rejects with is told, not tried again
   * @param restarts decides about starts after crashes
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
   * Starts the server where it does not run yet.
   *
   * @returns when it runs; rejects with a `UserError` when it does not come up
   */
  async start(): Promise<void> {
    if (this.life?.stop.signal.aborted) await this.life.over;
    const life = this.life ?? this.begin();
    await this.settle();
    if (this.current.kind !== "running") throw await life.over;
  }

  /** Ends the server and stays without one. */
  async stop(): Promise<void> {
    this.life?.stop.abort();
    await this.life?.over;
    this.become({ kind: "stopped" });
  }

  dispose(): void {
    void this.stop();
  }

  /**
   * Asks the server; while it starts, the question waits for it.
   *
   * @returns its answer; rejects with a `UserError`, for which `isCancelled` holds when the token was cancelled
   */
  async request<P, R>(request: Request<P, R>, params: P, token?: CancellationToken): Promise<R> {
    const connection = await unlessCancelled(this.running(), token);
    try {
      const answer = connection.sendRequest(request.method, params, token);
      return (await unlessAborted(answer, connection.ended, connectionLost)) as R;
    } catch (error) {
      throw asUserError(error);
    }
  }

  /** Calls the handler for each such notification of this server and of those that come after it. */
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

  private begin(): Life {
    const stop = new AbortController();
    this.restarts.forget();
    this.life = { stop, over: this.live(stop.signal) };
    this.become({ kind: "starting" });
    return this.life;
  }

  private async live(stop: AbortSignal): Promise<UserError> {
    const problem = await this.serveUntilTheEnd(stop).catch(asUserError);
    const end = stop.aborted ? cancelled() : problem;
    this.life = undefined;
    this.become(isCancelled(end) ? { kind: "stopped" } : { kind: "failed", message: end.message, hint: end.hint });
    return end;
  }

  /** One process after another, until there is to be none or no sense in going on. */
  private async serveUntilTheEnd(stop: AbortSignal): Promise<UserError> {
    for (;;) {
      const connection = await unlessAborted(this.connect(), stop, cancelled);
      const problem = await this.serve(connection, stop);
      if (stop.aborted) return cancelled();
      const wait = this.restarts.afterCrash();
      if (wait === undefined) return keepsStopping(this.restarts.limits.crashes, problem);
      this.become({ kind: "starting" });
      await delay(wait, undefined, { signal: stop });
    }
  }

  /** Resolves when the connection has ended, with what went wrong if it never was of use. */
  private async serve(connection: Connection, stop: AbortSignal): Promise<string> {
    try {
      for (const [method, handlers] of this.handlers) this.listen(connection, method, handlers);
      this.connection = connection;
      await unlessAborted(connection.start(), stop, cancelled);
      this.become({ kind: "running" });
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

  private async settle(): Promise<void> {
    while (this.current.kind === "starting") await once(this.onDidChange);
  }

  /** The connection that runs, once the server is up; or a rejection that says why there is none. */
  private async running(): Promise<Connection> {
    await this.settle();
    if (this.connection) return this.connection;
    if (this.current.kind === "failed") throw new UserError(this.current.message, this.current.hint, "ServerFailed");
    throw new UserError("Sourcewise is not running.", "Run “Sourcewise: Restart Server”.", "ServerStopped");
  }

  private become(state: ServerState): void {
    if (state.kind === this.current.kind && state.kind !== "failed") return;
    this.current = state;
    this.stateChanged.fire(state);
  }

  private setIndex(state: IndexState | undefined): void {
    this.index = state;
    this.indexChanged.fire(state);
  }
}

function keepsStopping(times: number, problem: string): UserError {
  const reason = problem === "" ? "" : ` (${problem})`;
  return new UserError(
    `Sourcewise's server stopped ${times} times in a few minutes${reason}.`,
    "See the log, then run “Sourcewise: Restart Server”.",
  );
}

function once(event: Event<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const listening = event(() => {
      listening.dispose();
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
    const listening = token.onCancellationRequested(() => reject(cancelled()));
    promise.then(resolve, reject).finally(() => listening.dispose());
  });
}
