/** A fake server whose responses are scripted by the test, and sample messages. */

import type { AskResult, Notification, Request, Source } from "../../../extension/src/generated/protocol";
import type { Server } from "../../../extension/src/server/client";
import { cancelled } from "../../../extension/src/userError";

/** A pending request. */
export interface PendingRequest {
  readonly method: string;
  readonly params: unknown;
  answer(result: unknown): void;
  fail(error: Error): void;
  wasCancelled: boolean;
}

type Connection = Pick<Server, "request" | "on">;

export class ScriptedServer implements Connection {
  readonly requests: PendingRequest[] = [];
  private readonly handlers = new Map<string, Set<(params: unknown) => void>>();

  request: Connection["request"] = <P, R>(
    request: Request<P, R>,
    params: P,
    token?: Parameters<Connection["request"]>[2],
  ): Promise<R> =>
    new Promise((resolve, reject) => {
      const pending: PendingRequest = {
        method: request.method,
        params,
        answer: (result) => resolve(result as R),
        fail: reject,
        wasCancelled: false,
      };
      token?.onCancellationRequested(() => {
        pending.wasCancelled = true;
        reject(cancelled());
      });
      this.requests.push(pending);
    });

  on: Connection["on"] = (notification, handler) => {
    const handlers = this.handlers.get(notification.method) ?? new Set();
    this.handlers.set(notification.method, handlers.add(handler as (params: unknown) => void));
    return { dispose: () => handlers.delete(handler as (params: unknown) => void) };
  };

  /** Sends a notification. */
  notify<P>(notification: Notification<P>, params: P): void {
    for (const handler of this.handlers.get(notification.method) ?? []) handler(params);
  }

  /** Returns the last request. */
  get last(): PendingRequest {
    const last = this.requests.at(-1);
    if (!last) throw new Error("There was no request.");
    return last;
  }
}

export function source(number: number, path = "app/auth.py"): Source {
  return {
    number,
    path,
    uri: `file:///work/${path}`,
    startLine: 10,
    endLine: 20,
    score: 1,
    match: 1,
    similarity: 0.5,
    symbol: "login",
    kind: "function",
    language: "python",
    role: "code",
    reasons: ["names login"],
    preview: "def login():",
    truncated: false,
  };
}

export const COVERAGE = { mode: "keywords", chunks: 9, embedded: 0, relevant: true } as const;

export function result(askId: string, changes: Partial<AskResult> = {}): AskResult {
  return {
    askId,
    text: "It checks the password [1].",
    model: { runtime: "ollama", name: "codellama" },
    sources: [source(1)],
    citations: [{ number: 1, state: "current" }],
    struck: [],
    mentions: [
      { name: "login", place: { path: "app/auth.py", uri: "file:///work/app/auth.py", line: 12 } },
      { name: "logout", place: null },
    ],
    notices: [],
    failure: "",
    followUps: ["Where is `login` called?"],
    trace: {
      search: COVERAGE,
      promptTokens: 700,
      promptBudget: 1000,
      usage: {
        promptTokens: 0,
        answerTokens: 30,
        promptSeconds: 1,
        answerSeconds: 2,
        stopReason: "stop",
        promptCut: false,
      },
      timings: { total: 3500 },
      dimensions: 0,
      vector: [],
    },
    ...changes,
  };
}
