import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CancellationToken } from "vscode-jsonrpc";
import { LatestQuery } from "../../../extension/src/features/latestQuery";

const PAUSE_MS = 100;

interface Run {
  readonly query: string;
  readonly token: CancellationToken;
  readonly answer: (result: string) => void;
  readonly fail: (error: Error) => void;
}

let runs: Run[];
let shown: string[];
let query: LatestQuery<string>;

beforeEach(() => {
  vi.useFakeTimers();
  runs = [];
  shown = [];
  query = new LatestQuery<string>({
    pauseMs: PAUSE_MS,
    run: (text, token) => new Promise((answer, fail) => runs.push({ query: text, token, answer, fail })),
    onResult: (result) => shown.push(result),
    onFailure: (error) => shown.push(String(error)),
  });
});

afterEach(() => {
  vi.useRealTimers();
});

const ask = async (text: string): Promise<void> => {
  query.ask(text);
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
};

describe("a query that changes during typing", () => {
  it("runs when typing pauses", async () => {
    query.ask("p");
    query.ask("pa");
    await ask("parse");
    expect(runs.map((run) => run.query)).toEqual(["parse"]);
  });

  it("delivers its result", async () => {
    await ask("parse");
    runs[0]?.answer("found");
    await vi.runAllTimersAsync();
    expect(shown).toEqual(["found"]);
  });

  it("cancels the previous query and drops its result, in either order", async () => {
    await ask("parse");
    await ask("parse header");
    expect(runs[0]?.token.isCancellationRequested).toBe(true);
    runs[1]?.answer("new");
    runs[0]?.answer("old");
    await vi.runAllTimersAsync();
    expect(shown).toEqual(["new"]);
  });

  it("reports a failure, but not that of a superseded query", async () => {
    await ask("one");
    await ask("two");
    runs[0]?.fail(new Error("stale"));
    runs[1]?.fail(new Error("fresh"));
    await vi.runAllTimersAsync();
    expect(shown).toEqual(["Error: fresh"]);
  });

  it("neither runs nor delivers a result after cancellation", async () => {
    await ask("one");
    query.ask("two");
    query.cancel();
    runs[0]?.answer("late");
    await vi.runAllTimersAsync();
    expect(runs).toHaveLength(1);
    expect(shown).toEqual([]);
  });
});
