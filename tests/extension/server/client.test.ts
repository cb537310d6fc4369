import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { INDEX_PAUSE, INDEX_STATE, INDEX_WHY, type IndexState } from "../../../extension/src/generated/protocol";
import { type Connection, Server } from "../../../extension/src/server/client";
import { RestartPolicy } from "../../../extension/src/server/restartPolicy";
import { isCancelled, UserError } from "../../../extension/src/userError";

/** A server of one process that does as it is told: it comes up, answers and dies on command. */
class ScriptedConnection implements Connection {
  private readonly ending = new AbortController();
  private readonly handlers = new Map<string, (params: unknown) => void>();
  private up!: () => void;
  private down!: (error: Error) => void;
  private readonly started: Promise<void>;
  private answer: ((value: unknown) => void) | undefined;
  readonly ended = this.ending.signal;
  readonly asked: { method: string; params: unknown }[] = [];

  constructor(comesUp: boolean) {
    this.started = new Promise((resolve, reject) => {
      this.up = resolve;
      this.down = reject;
    });
    if (comesUp) this.up();
  }

  start(): Promise<void> {
    return this.started;
  }

  stop(): Promise<void> {
    this.ending.abort();
    return Promise.resolve();
  }

  sendRequest(method: string, params: unknown): Promise<unknown> {
    this.asked.push({ method, params });
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

  comeUp(): void {
    this.up();
  }

  failToStart(message: string): void {
    this.down(new Error(message));
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

/** Code and data as vscode-jsonrpc's errors have them. */
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
let comesUp: boolean;
let server: Server;

const latest = (): ScriptedConnection => {
  const connection = connections.at(-1);
  if (!connection) throw new Error("nothing was connected");
  return connection;
};

beforeEach(() => {
  connections = [];
  comesUp = true;
  server = new Server(() => {
    connections.push(new ScriptedConnection(comesUp));
    return Promise.resolve(latest());
  }, new RestartPolicy(NO_WAIT));
});

afterEach(() => server.stop());

describe("starting and stopping", () => {
  it("tells each state on the way", async () => {
    const states: string[] = [];
    server.onDidChange(({ kind }) => states.push(kind));
    await server.start();
    await server.stop();
    expect(states).toEqual(["starting", "running", "stopped"]);
  });

  it("starts one process however often it is asked to", async () => {
    await Promise.all([server.start(), server.start()]);
    await server.start();
    expect(connections).toHaveLength(1);
  });

  it("can be stopped before it is up", async () => {
    comesUp = false;
    const start = server.start();
    const rejection = expect(start).rejects.toSatisfy(isCancelled);
    await expect.poll(() => connections.length).toBe(1);
    await server.stop();
    await rejection;
    expect(server.state).toEqual({ kind: "stopped" });
    expect(latest().ended.aborted).toBe(true);
  });

  it("restarts once for many calls at a time", async () => {
    await server.start();
    await Promise.all([server.restart(), server.restart(), server.restart(), server.restart()]);
    expect(connections).toHaveLength(3);
    expect(connections.map(({ ended }) => ended.aborted)).toEqual([true, true, false]);
  });

  it("says why no connection can be made, and does not try again", async () => {
    let tries = 0;
    const failing = new Server(() => {
      tries++;
      return Promise.reject(new UserError("There is no Python.", "Install one."));
    });
    await expect(failing.start()).rejects.toMatchObject({ message: "There is no Python.", hint: "Install one." });
    expect(failing.state).toEqual({ kind: "failed", message: "There is no Python.", hint: "Install one." });
    expect(tries).toBe(1);
  });

  it("stays stopped, not failed, when the user cancels the set-up", async () => {
    const cancelling = new Server(() => Promise.reject(new UserError("", "", "Cancelled")));
    await expect(cancelling.start()).rejects.toSatisfy(isCancelled);
    expect(cancelling.state).toEqual({ kind: "stopped" });
  });
});

describe("crashes", () => {
  it("starts another process after one has died", async () => {
    await server.start();
    latest().die();
    await expect.poll(() => connections.length).toBe(2);
    await expect.poll(() => server.state.kind).toBe("running");
  });

  it("gives up when it happens too often, with the way out, and comes back when asked to", async () => {
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

  it("counts a process that never comes up, and says what it died of", async () => {
    comesUp = false;
    const start = server.start();
    const rejection = expect(start).rejects.toThrow("No module named sourcewise");
    for (const count of [1, 2, 3]) {
      await expect.poll(() => connections.length).toBe(count);
      latest().failToStart("No module named sourcewise");
    }
    await rejection;
    expect(server.state.kind).toBe("failed");
  });

  it("ends the process that did not come up", async () => {
    comesUp = false;
    const start = server.start();
    await expect.poll(() => connections.length).toBe(1);
    const [first] = connections;
    comesUp = true;
    first?.failToStart("too slow");
    await start;
    expect(first?.ended.aborted).toBe(true);
  });
});

describe("requests", () => {
  it("get the server's answer", async () => {
    await server.start();
    const answer = server.request(INDEX_PAUSE, { paused: true });
    await expect.poll(() => latest().asked).toEqual([{ method: INDEX_PAUSE.method, params: { paused: true } }]);
    latest().reply(STATE);
    await expect(answer).resolves.toEqual(STATE);
  });

  it("wait for a server that is starting", async () => {
    comesUp = false;
    const start = server.start();
    const answer = server.request(INDEX_PAUSE, { paused: true });
    await expect.poll(() => connections.length).toBe(1);
    expect(latest().asked).toEqual([]);
    latest().comeUp();
    await start;
    await expect.poll(() => latest().asked.length).toBe(1);
    latest().reply(STATE);
    await expect(answer).resolves.toEqual(STATE);
  });

  it("are refused with a sentence where nothing runs", async () => {
    await expect(server.request(INDEX_WHY, { uri: "file:///a" })).rejects.toMatchObject({
      message: "Sourcewise is not running.",
      kind: "ServerStopped",
    });
  });

  it("end with a sentence when the server dies before it answers", async () => {
    await server.start();
    const answer = server.request(INDEX_WHY, { uri: "file:///a" });
    const rejection = expect(answer).rejects.toMatchObject({ kind: "ConnectionLost" });
    await expect.poll(() => latest().asked.length).toBe(1);
    latest().die();
    await rejection;
  });

  it("carry the server's own sentence and hint", async () => {
    await server.start();
    const answer = server.request(INDEX_WHY, { uri: "file:///a" });
    const rejection = expect(answer).rejects.toMatchObject({
      message: "Not open.",
      hint: "Open it.",
      kind: "FolderError",
    });
    await expect.poll(() => latest().asked.length).toBe(1);
    latest().reply(new ResponseError(-32010, "Not open.", { kind: "FolderError", hint: "Open it." }));
    await rejection;
  });

  it("can be given up while the server starts", async () => {
    comesUp = false;
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
  it("are heard from the next process too", async () => {
    const heard: unknown[] = [];
    server.on(INDEX_STATE, (state) => heard.push(state));
    await server.start();
    latest().notify(INDEX_STATE.method, STATE);
    latest().die();
    await expect.poll(() => connections.length).toBe(2);
    await expect.poll(() => server.state.kind).toBe("running");
    latest().notify(INDEX_STATE.method, STATE);
    expect(heard).toEqual([STATE, STATE]);
  });

  it("are not heard by who has stopped listening", async () => {
    const heard: unknown[] = [];
    const listening = server.on(INDEX_STATE, (state) => heard.push(state));
    await server.start();
    listening.dispose();
    latest().notify(INDEX_STATE.method, STATE);
    expect(heard).toEqual([]);
  });

  it("of the index are kept as its state, which ends with the process", async () => {
    await server.start();
    latest().notify(INDEX_STATE.method, STATE);
    expect(server.indexState).toEqual(STATE);
    await server.stop();
    expect(server.indexState).toBeUndefined();
  });
});
