import { describe, expect, it } from "vitest";
import type { EnvironmentState } from "../../../extension/src/environment/environment";
import { menuOf, statusOf } from "../../../extension/src/features/statusText";
import type { IndexSummary } from "../../../extension/src/panel/messages";
import type { ServerState } from "../../../extension/src/server/client";

const READY: EnvironmentState = { kind: "ready", python: "/env/bin/python" };
const RUNNING: ServerState = { kind: "running" };
const IDLE: IndexSummary = {
  stage: "idle",
  done: 0,
  total: 0,
  files: 1234,
  chunks: 10_000,
  embedded: 3400,
  paused: false,
  secondsLeft: null,
  notice: "",
  message: "",
};
const SIZE = "1,234 files, 10,000 chunks, 3,400 embedded";

describe("the status bar", () => {
  it("is quiet when all is done", () => {
    expect(statusOf(RUNNING, READY, IDLE)).toEqual({ text: "$(search) Sourcewise", tooltip: [SIZE], problem: false });
  });

  it("shows how far the index is and how long it takes", () => {
    const status = statusOf(RUNNING, READY, {
      ...IDLE,
      stage: "embedding",
      done: 3499,
      total: 10_000,
      secondsLeft: 270,
    });
    expect(status).toEqual({
      text: "$(sync~spin) 34%",
      tooltip: ["Embedding…", SIZE, "About 5 minutes left"],
      problem: false,
    });
  });

  it("claims no percentage and no time that nobody knows", () => {
    const status = statusOf(RUNNING, READY, { ...IDLE, stage: "scanning" });
    expect(status).toEqual({ text: "$(sync~spin) Sourcewise", tooltip: ["Scanning…", SIZE], problem: false });
  });

  it("does not count seconds", () => {
    const { tooltip } = statusOf(RUNNING, READY, { ...IDLE, stage: "embedding", secondsLeft: 12 });
    expect(tooltip).toContain("Less than a minute left");
  });

  it("says that indexing is paused", () => {
    expect(statusOf(RUNNING, READY, { ...IDLE, stage: "embedding", paused: true }).text).toBe(
      "$(debug-pause) Sourcewise",
    );
  });

  it("warns of what is wrong with the index", () => {
    const status = statusOf(RUNNING, READY, { ...IDLE, message: "Another window indexes this folder." });
    expect(status).toMatchObject({ problem: true, tooltip: ["Another window indexes this folder.", SIZE] });
  });

  it("shows the set-up before all else", () => {
    const working: EnvironmentState = { kind: "working", message: "2/4 torch", fraction: 0.5 };
    expect(statusOf({ kind: "starting" }, working, null)).toMatchObject({
      text: "$(sync~spin) 50%",
      tooltip: ["Setting up: 2/4 torch"],
    });
  });

  it.each<[ServerState, EnvironmentState]>([
    [{ kind: "failed", message: "It stopped.", hint: "See the log." }, READY],
    [{ kind: "stopped" }, { kind: "failed", message: "It stopped.", hint: "See the log." }],
  ])("warns of a failure with its next step: %#", (server, environment) => {
    expect(statusOf(server, environment, null)).toEqual({
      text: "$(warning) Sourcewise",
      tooltip: ["It stopped.", "See the log."],
      problem: true,
    });
  });

  it("does not warn of what was never set up", () => {
    expect(statusOf({ kind: "stopped" }, { kind: "unknown" }, null).problem).toBe(false);
  });
});

describe("its menu", () => {
  const commands = (server: ServerState, index: IndexSummary | null): string[] =>
    menuOf(server, index).map(({ command }) => command);

  it("offers to pause what goes on and to resume what waits", () => {
    expect(commands(RUNNING, IDLE)).toContain("sourcewise.pause");
    expect(commands(RUNNING, { ...IDLE, paused: true })).toContain("sourcewise.resume");
    expect(commands(RUNNING, { ...IDLE, paused: true })).not.toContain("sourcewise.pause");
  });

  it("begins with the way out where nothing runs, and has the log at all times", () => {
    expect(commands({ kind: "stopped" }, null)[0]).toBe("sourcewise.setUp");
    expect(commands({ kind: "stopped" }, null)).not.toContain("sourcewise.rebuild");
    for (const kind of ["stopped", "starting", "running"] as const)
      expect(commands({ kind }, null)).toContain("sourcewise.showLog");
  });
});
