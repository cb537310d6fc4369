import { describe, expect, it } from "vitest";
import type { FolderState } from "../../../extension/src/generated/protocol";
import { readHostMessage } from "../../../extension/src/panel/messages";
import { indexSummaryOf, type SituationInputs, situationOf } from "../../../extension/src/panel/situation";

const fresh: SituationInputs = {
  folders: 1,
  trusted: true,
  environment: { kind: "unknown" },
  server: { kind: "stopped" },
};
const python = { kind: "ready", python: "/python" } as const;
const failure = { kind: "failed", message: "No Python.", hint: "Install one." } as const;

function kindOf(changes: Partial<SituationInputs>): string {
  return situationOf({ ...fresh, ...changes }).kind;
}

describe("the situation", () => {
  it("is noFolder before anything else", () => {
    expect(kindOf({ folders: 0, trusted: false })).toBe("noFolder");
  });

  it("is untrusted before setup and start", () => {
    expect(kindOf({ trusted: false, environment: failure })).toBe("untrusted");
  });

  it("is needsSetUp initially and after a cancelled setup", () => {
    expect(kindOf({})).toBe("needsSetUp");
    const cancelled = { kind: "failed", message: "The request was cancelled.", hint: "" } as const;
    expect(kindOf({ environment: { kind: "cancelled" }, server: cancelled })).toBe("needsSetUp");
  });

  it("shows the setup progress while the server is starting", () => {
    const environment = { kind: "working", message: "2/4 torch", fraction: 0.3 } as const;
    expect(situationOf({ ...fresh, environment, server: { kind: "starting" } })).toEqual({
      kind: "settingUp",
      message: "2/4 torch",
      fraction: 0.3,
    });
  });

  it("shows why setup failed instead of the resulting server failure", () => {
    expect(situationOf({ ...fresh, environment: failure, server: { kind: "failed", message: "x", hint: "" } })).toEqual(
      failure,
    );
  });

  it("is starting once the environment is ready", () => {
    expect(kindOf({ environment: python })).toBe("starting");
    expect(kindOf({ environment: python, server: { kind: "starting" } })).toBe("starting");
    expect(kindOf({ server: { kind: "starting" } })).toBe("starting");
  });

  it("shows why the server failed", () => {
    const server = { kind: "failed", message: "It stopped 5 times.", hint: "See the log." } as const;
    expect(situationOf({ ...fresh, environment: python, server })).toEqual(server);
  });

  it("is ready while the server runs, even during another setup", () => {
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
  it("is null if nothing is known", () => {
    expect(indexSummaryOf(undefined)).toBeNull();
    expect(indexSummaryOf({ folders: [] })).toBeNull();
  });

  it("equals the state of a single folder", () => {
    expect(indexSummaryOf({ folders: [embedding] })).toEqual({ ...embedding, uri: undefined });
  });

  it("adds up folders and shows the progress of the least advanced stage", () => {
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

  it("has no remaining time if a folder has none", () => {
    const folders = [embedding, { ...embedding, secondsLeft: null }];
    expect(indexSummaryOf({ folders })?.secondsLeft).toBeNull();
  });

  it("shows an error in any folder, and that indexing is paused", () => {
    const folders = [idle, { ...idle, message: "The disk is full." }, { ...idle, paused: true }];
    expect(indexSummaryOf({ folders })).toMatchObject({ message: "The disk is full.", paused: true });
  });

  it("is accepted by the view", () => {
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
