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
  it("shows only the size when indexing is done", () => {
    expect(statusOf(RUNNING, READY, IDLE)).toEqual({ text: "$(search) Sourcewise", tooltip: [SIZE], problem: false });
  });

  it("shows the progress and the remaining time", () => {
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

  it("shows no percentage and no time if they are unknown", () => {
    const status = statusOf(RUNNING, READY, { ...IDLE, stage: "scanning" });
    expect(status).toEqual({ text: "$(sync~spin) Sourcewise", tooltip: ["Scanning…", SIZE], problem: false });
  });

  it("rounds the remaining time to minutes", () => {
    const { tooltip } = statusOf(RUNNING, READY, { ...IDLE, stage: "embedding", secondsLeft: 12 });
    expect(tooltip).toContain("Less than a minute left");
  });

  it("shows that indexing is paused", () => {
    expect(statusOf(RUNNING, READY, { ...IDLE, stage: "embedding", paused: true }).text).toBe(
      "$(debug-pause) Sourcewise",
    );
  });

  it("warns of a problem with the index", () => {
    const status = statusOf(RUNNING, READY, { ...IDLE, message: "Another window indexes this folder." });
    expect(status).toMatchObject({ problem: true, tooltip: ["Another window indexes this folder.", SIZE] });
  });

  it("gives setup priority over everything else", () => {
    const working: EnvironmentState = { kind: "working", message: "2/4 torch", fraction: 0.5 };
    expect(statusOf({ kind: "starting" }, working, null)).toMatchObject({
      text: "$(sync~spin) 50%",
      tooltip: ["Setting up: 2/4 torch"],
    });
  });

  it.each<[ServerState, EnvironmentState]>([
    [{ kind: "failed", message: "It stopped.", hint: "See the log." }, READY],
    [{ kind: "stopped" }, { kind: "failed", message: "It stopped.", hint: "See the log." }],
  ])("shows a failure with its hint: %#", (server, environment) => {
    expect(statusOf(server, environment, null)).toEqual({
      text: "$(warning) Sourcewise",
      tooltip: ["It stopped.", "See the log."],
      problem: true,
    });
  });

  it("does not warn before the first setup", () => {
    expect(statusOf({ kind: "stopped" }, { kind: "unknown" }, null).problem).toBe(false);
  });
});

describe("its menu", () => {
  const commands = (server: ServerState, index: IndexSummary | null): string[] =>
    menuOf(server, index).map(({ command }) => command);

  it("offers to pause running indexing and to resume paused indexing", () => {
    expect(commands(RUNNING, IDLE)).toContain("sourcewise.pause");
    expect(commands(RUNNING, { ...IDLE, paused: true })).toContain("sourcewise.resume");
    expect(commands(RUNNING, { ...IDLE, paused: true })).not.toContain("sourcewise.pause");
  });

  it("starts with setup if no server is running, and always contains the log", () => {
    expect(commands({ kind: "stopped" }, null)[0]).toBe("sourcewise.setUp");
    expect(commands({ kind: "stopped" }, null)).not.toContain("sourcewise.rebuild");
    for (const kind of ["stopped", "starting", "running"] as const)
      expect(commands({ kind }, null)).toContain("sourcewise.showLog");
  });
});
