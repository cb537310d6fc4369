import { describe, expect, it } from "vitest";
import type { FolderState } from "../../../extension/src/generated/protocol";
import { readHostMessage } from "../../../extension/src/panel/messages";
import { type Circumstances, indexSummaryOf, situationOf } from "../../../extension/src/panel/situation";

const fresh: Circumstances = {
  folders: 1,
  trusted: true,
  environment: { kind: "unknown" },
  server: { kind: "stopped" },
};
const python = { kind: "ready", python: "/python" } as const;
const failure = { kind: "failed", message: "No Python.", hint: "Install one." } as const;

function kindOf(changes: Partial<Circumstances>): string {
  return situationOf({ ...fresh, ...changes }).kind;
}

describe("the situation", () => {
  it("is that there is no folder, before anything else", () => {
    expect(kindOf({ folders: 0, trusted: false })).toBe("noFolder");
  });

  it("is that the workspace is not trusted, before anything is made or started", () => {
    expect(kindOf({ trusted: false, environment: failure })).toBe("untrusted");
  });

  it("is that nothing is set up, also after the user cancelled", () => {
    expect(kindOf({})).toBe("needsSetUp");
    const cancelled = { kind: "failed", message: "The request was cancelled.", hint: "" } as const;
    expect(kindOf({ environment: { kind: "cancelled" }, server: cancelled })).toBe("needsSetUp");
  });

  it("shows how far setting up is, though the server counts as starting meanwhile", () => {
    const environment = { kind: "working", message: "2/4 torch", fraction: 0.3 } as const;
    expect(situationOf({ ...fresh, environment, server: { kind: "starting" } })).toEqual({
      kind: "settingUp",
      message: "2/4 torch",
      fraction: 0.3,
    });
  });

  it("says why setting up failed, not that the server did not come up for it", () => {
    expect(situationOf({ ...fresh, environment: failure, server: { kind: "failed", message: "x", hint: "" } })).toEqual(
      failure,
    );
  });

  it("is that the server starts, once there is a Python for it", () => {
    expect(kindOf({ environment: python })).toBe("starting");
    expect(kindOf({ environment: python, server: { kind: "starting" } })).toBe("starting");
    expect(kindOf({ server: { kind: "starting" } })).toBe("starting");
  });

  it("says why the server does not run", () => {
    const server = { kind: "failed", message: "It stopped 5 times.", hint: "See the log." } as const;
    expect(situationOf({ ...fresh, environment: python, server })).toEqual(server);
  });

  it("is ready when the server runs, whatever is renewed beside it", () => {
    const environment = { kind: "working", message: "", fraction: null } as const;
    expect(kindOf({ environment, server: { kind: "running" } })).toBe("ready");
  });
});

const idle: FolderState = {
  uri: "file:///work/app",
  stage: "idle",
  done: 0,
  total: 0,
  paused: false,
  secondsLeft: null,
  notice: "",
  files: 10,
  chunks: 100,
  embedded: 100,
  message: "",
};

const embedding: FolderState = { ...idle, stage: "embedding", done: 5, total: 50, secondsLeft: 20, embedded: 55 };

describe("the summary of the index", () => {
  it("is nothing where nothing is known", () => {
    expect(indexSummaryOf(undefined)).toBeNull();
    expect(indexSummaryOf({ folders: [] })).toBeNull();
  });

  it("is that of the one folder there is", () => {
    expect(indexSummaryOf({ folders: [embedding] })).toEqual({ ...embedding, uri: undefined });
  });

  it("adds folders up, and shows the work of those that are furthest behind", () => {
    expect(indexSummaryOf({ folders: [idle, embedding, { ...embedding, done: 1, secondsLeft: 100 }] })).toMatchObject({
      stage: "embedding",
      done: 6,
      total: 100,
      files: 30,
      chunks: 300,
      embedded: 210,
      secondsLeft: 120,
    });
    const reading: FolderState = { ...idle, stage: "reading", done: 2, total: 10 };
    expect(indexSummaryOf({ folders: [embedding, reading] })).toMatchObject({ stage: "reading", done: 2, total: 10 });
  });

  it("does not guess a time that a folder cannot tell", () => {
    const folders = [embedding, { ...embedding, secondsLeft: null }];
    expect(indexSummaryOf({ folders })?.secondsLeft).toBeNull();
  });

  it("says what went wrong in any folder, and that work waits", () => {
    const folders = [idle, { ...idle, message: "The disk is full." }, { ...idle, paused: true }];
    expect(indexSummaryOf({ folders })).toMatchObject({ message: "The disk is full.", paused: true });
  });

  it("is what the view takes", () => {
    const state = {
      situation: situationOf(fresh),
      index: indexSummaryOf({ folders: [embedding, idle] }),
      model: null,
      chat: { id: "c", title: "", turns: [] },
      chats: [],
    };
    expect(readHostMessage({ type: "state", state })).toBeDefined();
  });
});
