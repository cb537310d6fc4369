import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { INDEX_PAUSE, INDEX_STATE, INDEX_WHY, type IndexState } from "../../../extension/src/generated/protocol";
import { type Connection, Server } from "../../../extension/src/server/client";
import { RestartPolicy } from "../../../extension/src/server/restartPolicy";
import { isCancelled, UserError } from "../../../extension/src/userError";

/** A fake connection that starts, responds and dies under control of the test. */
class ScriptedConnection implements Connection {
  private readonly ending = new AbortController();
  private readonly handlers = new Map<string, (params: unknown) => void>();
  private resolveStart!: () => void;
  private rejectStart!: (error: Error) => void;
  private readonly started: Promise<void>;
  private answer: ((value: unknown) => void) | undefined;
  readonly ended = this.ending.signal;
  readonly requests: { method: string; params: unknown }[] = [];

  constructor(startsImmediately: boolean) {
    this.started = new Promise((resolve, reject) => {
      this.resolveStart = resolve;
      this.rejectStart = reject;
    });
    if (startsImmediately) this.resolveStart();
  }

  start(): Promise<void> {
    return this.started;
  }

  stop(): Promise<void> {
    this.ending.abort();
    return Promise.resolve();
  }

  sendRequest(method: string, params: unknown): Promise<unknown> {
    this.requests.push({ method, params });
    return new Promise((resolve, reject) => {
      this.answer = (value) => {
        if (value instanceof Error) reject(value);
        else resolve(value);
      };
    });
  }

  onNotification(method: string, handler: (params: unknown) => void): void {
    this.handlers.set(method, handler);
  }

  finishStart(): void {
    this.resolveStart();
  }

  failToStart(message: string): void {
    this.rejectStart(new Error(message));
  }

  die(): void {
    this.ending.abort();
  }

  reply(value: unknown): void {
    this.answer?.(value);
  }

  notify(method: string, params: unknown): void {
    this.handlers.get(method)?.(params);
  }
}

/** An error with code and data, like those of vscode-jsonrpc. */
class ResponseError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

const NO_WAIT = { crashes: 3, withinMs: 60_000, firstDelayMs: 0 };
const STATE: IndexState = { folders: [] };

let connections: ScriptedConnection[];
let startsImmediately: boolean;
let server: Server;

const latest = (): ScriptedConnection => {
  const connection = connections.at(-1);
  if (!connection) throw new Error("there is no connection");
  return connection;
};

beforeEach(() => {
  connections = [];
  startsImmediately = true;
  server = new Server(() => {
    connections.push(new ScriptedConnection(startsImmediately));
    return Promise.resolve(latest());
  }, new RestartPolicy(NO_WAIT));
});

afterEach(() => server.stop());

describe("starting and stopping", () => {
  it("reports each state", async () => {
    const states: string[] = [];
    server.onDidChange(({ kind }) => states.push(kind));
    await server.start();
    await server.stop();
    expect(states).toEqual(["starting", "running", "stopped"]);
  });

  it("starts only one process for repeated calls", async () => {
    await Promise.all([server.start(), server.start()]);
    await server.start();
    expect(connections).toHaveLength(1);
  });

  it("can be stopped during the start", async () => {
    startsImmediately = false;
    const start = server.start();
    const rejection = expect(start).rejects.toSatisfy(isCancelled);
    await expect.poll(() => connections.length).toBe(1);
    await server.stop();
    await rejection;
    expect(server.state).toEqual({ kind: "stopped" });
    expect(latest().ended.aborted).toBe(true);
  });

  it("coalesces concurrent restarts", async () => {
    await server.start();
    await Promise.all([server.restart(), server.restart(), server.restart(), server.restart()]);
    expect(connections).toHaveLength(3);
    expect(connections.map(({ ended }) => ended.aborted)).toEqual([true, true, false]);
  });

  it("reports why no connection can be created, and does not retry", async () => {
    let tries = 0;
    const failing = new Server(() => {
      tries++;
      return Promise.reject(new UserError("There is no Python.", "Install one."));
    });
    await expect(failing.start()).rejects.toMatchObject({ message: "There is no Python.", hint: "Install one." });
    expect(failing.state).toEqual({ kind: "failed", message: "There is no Python.", hint: "Install one." });
    expect(tries).toBe(1);
  });

  it("is stopped, not failed, after the user cancels setup", async () => {
    const cancelling = new Server(() => Promise.reject(new UserError("", "", "Cancelled")));
    await expect(cancelling.start()).rejects.toSatisfy(isCancelled);
    expect(cancelling.state).toEqual({ kind: "stopped" });
  });
});

describe("crash handling", () => {
  it("starts a new process after a crash", async () => {
    await server.start();
    latest().die();
    await expect.poll(() => connections.length).toBe(2);
    await expect.poll(() => server.state.kind).toBe("running");
  });

  it("gives resolveStart after too many crashes with a hint, and restarts on request", async () => {
    await server.start();
    for (const count of [1, 2, 3]) {
      await expect.poll(() => connections.length).toBe(count);
      await expect.poll(() => server.state.kind).toBe("running");
      latest().die();
    }
    await expect.poll(() => server.state.kind).toBe("failed");
    expect(JSON.stringify(server.state)).toMatch(/3 times.*log/);
    await server.restart();
    expect(server.state.kind).toBe("running");
  });

  it("counts failed starts and reports their cause", async () => {
    startsImmediately = false;
    const start = server.start();
    const rejection = expect(start).rejects.toThrow("No module named sourcewise");
    for (const count of [1, 2, 3]) {
      await expect.poll(() => connections.length).toBe(count);
      latest().failToStart("No module named sourcewise");
    }
    await rejection;
    expect(server.state.kind).toBe("failed");
  });

  it("stops a process that failed to start", async () => {
    startsImmediately = false;
    const start = server.start();
    await expect.poll(() => connections.length).toBe(1);
    const [first] = connections;
    startsImmediately = true;
    first?.failToStart("too slow");
    await start;
    expect(first?.ended.aborted).toBe(true);
  });
});

describe("requests", () => {
  it("return the server's response", async () => {
    await server.start();
    const answer = server.request(INDEX_PAUSE, { paused: true });
    await expect.poll(() => latest().requests).toEqual([{ method: INDEX_PAUSE.method, params: { paused: true } }]);
    latest().reply(STATE);
    await expect(answer).resolves.toEqual(STATE);
  });

  it("wait for a server that is starting", async () => {
    startsImmediately = false;
    const start = server.start();
    const answer = server.request(INDEX_PAUSE, { paused: true });
    await expect.poll(() => connections.length).toBe(1);
    expect(latest().requests).toEqual([]);
    latest().finishStart();
    await start;
    await expect.poll(() => latest().requests.length).toBe(1);
    latest().reply(STATE);
    await expect(answer).resolves.toEqual(STATE);
  });

  it("are rejected with a message if no server is running", async () => {
    await expect(server.request(INDEX_WHY, { uri: "file:///a" })).rejects.toMatchObject({
      message: "Sourcewise is not running.",
      kind: "ServerStopped",
    });
  });

  it("are rejected with a message if the server dies before it responds", async () => {
    await server.start();
    const answer = server.request(INDEX_WHY, { uri: "file:///a" });
    const rejection = expect(answer).rejects.toMatchObject({ kind: "ConnectionLost" });
    await expect.poll(() => latest().requests.length).toBe(1);
    latest().die();
    await rejection;
  });

  it("are rejected with the server's own message and hint", async () => {
    await server.start();
    const answer = server.request(INDEX_WHY, { uri: "file:///a" });
    const rejection = expect(answer).rejects.toMatchObject({
      message: "Not open.",
      hint: "Open it.",
      kind: "FolderError",
    });
    await expect.poll(() => latest().requests.length).toBe(1);
    latest().reply(new ResponseError(-32010, "Not open.", { kind: "FolderError", hint: "Open it." }));
    await rejection;
  });

  it("can be cancelled while the server starts", async () => {
    startsImmediately = false;
    void server.start().catch(() => undefined);
    const source = new CancellationTokenSource();
    const answer = server.request(INDEX_WHY, { uri: "file:///a" }, source.token);
    const rejection = expect(answer).rejects.toSatisfy(isCancelled);
    source.cancel();
    await rejection;
    await server.stop();
  });
});

describe("notifications", () => {
  it("are also received from the next process", async () => {
    const received: unknown[] = [];
    server.on(INDEX_STATE, (state) => received.push(state));
    await server.start();
    latest().notify(INDEX_STATE.method, STATE);
    latest().die();
    await expect.poll(() => connections.length).toBe(2);
    await expect.poll(() => server.state.kind).toBe("running");
    latest().notify(INDEX_STATE.method, STATE);
    expect(received).toEqual([STATE, STATE]);
  });

  it("are not delivered to disposed listeners", async () => {
    const received: unknown[] = [];
    const subscription = server.on(INDEX_STATE, (state) => received.push(state));
    await server.start();
    subscription.dispose();
    latest().notify(INDEX_STATE.method, STATE);
    expect(received).toEqual([]);
  });

  it("of the index update its state, which is reset when the process ends", async () => {
    await server.start();
    latest().notify(INDEX_STATE.method, STATE);
    expect(server.indexState).toEqual(STATE);
    await server.stop();
    expect(server.indexState).toBeUndefined();
  });
});
