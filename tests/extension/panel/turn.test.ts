import { describe, expect, it } from "vitest";
import { readHostMessage } from "../../../extension/src/panel/messages";
import {
  historyOf,
  newTurn,
  stoppedTurn,
  type TurnRecord,
  withDelta,
  withFailure,
  withNotice,
  withoutAnswer,
  withProgress,
  withRequest,
  withResult,
  withSources,
} from "../../../extension/src/panel/turn";
import { COVERAGE, result, source } from "./scriptedServer";

const fresh = newTurn("t1", "ask", "How do users log in?");
const found = withSources(fresh, { askId: "a", sources: [source(1), source(2)], search: COVERAGE });
const answering = withDelta(found, { askId: "a", seq: 0, text: "It " });

function delta(turn: TurnRecord, seq: number, text: string): TurnRecord {
  return withDelta(turn, { askId: "a", seq, text });
}

describe("a turn", () => {
  it("starts by searching", () => {
    expect(fresh.shown).toMatchObject({ status: "searching", sources: [], text: "" });
  });

  it("shows its sources before any text", () => {
    expect(found.shown).toMatchObject({ status: "reading", coverage: COVERAGE, text: "" });
    expect(found.shown.sources.map((card) => card.number)).toEqual([1, 2]);
  });

  it("does not expose the locations of its sources to the view", () => {
    expect(found.sources[0]).toEqual({ number: 1, uri: "file:///work/app/auth.py", startLine: 10, endLine: 20 });
    expect(JSON.stringify(found.shown)).not.toContain("file://");
  });

  it("shows the reading progress until the model writes", () => {
    const reading = withProgress(found, { askId: "a", fraction: 0.4 });
    expect(reading.shown.readFraction).toBe(0.4);
    const writing = delta(reading, 0, "It");
    expect(writing.shown).toMatchObject({ status: "answering", readFraction: null });
    expect(withProgress(writing, { askId: "a", fraction: 0.9 })).toBe(writing);
  });

  it("appends text in order and ignores duplicate or out-of-order deltas", () => {
    const grown = delta(delta(answering, 1, "checks"), 2, " it");
    expect(grown.shown.text).toBe("It checks it");
    expect(delta(grown, 1, "checks")).toBe(grown);
    expect(delta(grown, 7, "lost")).toBe(grown);
  });

  it("shows a notice only once", () => {
    const notice = { askId: "a", message: "Keyword search only." };
    expect(withNotice(withNotice(found, notice), notice).shown.notices).toEqual(["Keyword search only."]);
  });

  it("replaces everything shown before with the response", () => {
    const done = withResult(answering, result("a", { text: "Better.", sources: [source(3)], notices: ["Cut."] }));
    expect(done.shown).toMatchObject({ status: "done", text: "Better.", notices: ["Cut."], failure: "" });
    expect(done.shown.sources.map((card) => card.number)).toEqual([3]);
    expect(done.sources.map(({ number }) => number)).toEqual([3]);
  });

  it("shows the path and line of a mention and stores its location", () => {
    const done = withResult(answering, result("a"));
    expect(done.shown.mentions).toEqual([
      { name: "login", place: "app/auth.py:12" },
      { name: "logout", place: null },
    ]);
    expect(done.mentions).toEqual([{ name: "login", uri: "file:///work/app/auth.py", startLine: 12, endLine: 12 }]);
  });

  it("shows the cost, estimated if the model reported no tokens", () => {
    expect(withResult(answering, result("a")).shown.cost).toEqual({
      promptTokens: 700,
      answerTokens: 30,
      tokensPerSecond: 15,
      seconds: 3.5,
    });
  });

  it("has failed if the answer ends early, and keeps its text", () => {
    const failed = withResult(answering, result("a", { failure: "The model was stopped." }));
    expect(failed.shown).toMatchObject({ status: "failed", failure: "The model was stopped." });
    expect(failed.shown.text).not.toBe("");
  });

  it("keeps the text of an answer that is stopped or fails", () => {
    expect(stoppedTurn(answering).shown).toMatchObject({ status: "stopped", text: "It ", failure: "" });
    expect(withFailure(answering, "No.").shown).toMatchObject({ status: "failed", text: "It ", failure: "No." });
  });

  it("does not change after it has ended", () => {
    const ended = stoppedTurn(answering);
    expect(delta(ended, 1, "more")).toBe(ended);
    expect(withNotice(ended, { askId: "a", message: "late" })).toBe(ended);
    expect(withResult(ended, result("a"))).toBe(ended);
    expect(withFailure(ended, "late")).toBe(ended);
  });

  it("keeps only its question, scope and request when it is asked again", () => {
    const scope = { paths: ["app/"], languages: [], kinds: [], roles: [], changedSince: null };
    const request = { kind: "ask", question: "How?", folder: null, scope, selection: null } as const;
    const done = withResult(withRequest(answering, request, ["app/"]), result("a"));
    const again = withoutAnswer(done);
    expect(again.shown).toEqual({ ...fresh.shown, scope: ["app/"] });
    expect(again).toMatchObject({ request, sources: [], mentions: [], deltas: 0 });
  });

  it("is accepted by the view at every step", () => {
    const steps = [fresh, found, answering, withResult(answering, result("a")), stoppedTurn(answering)];
    for (const { shown } of steps) expect(readHostMessage({ type: "turn", turn: shown })).toBeDefined();
  });
});

describe("the history of a chat", () => {
  it("contains the last turns with an answer, oldest first", () => {
    const answer = (id: string): TurnRecord =>
      withResult(newTurn(id, "ask", `question ${id}`), result(id, { text: id }));
    const turns = [answer("a"), answer("b"), stoppedTurn(newTurn("c", "ask", "no answer")), answer("d"), answering];
    expect(historyOf(turns, 2)).toEqual([
      { question: "question b", answer: "b", symbols: ["login"] },
      { question: "question d", answer: "d", symbols: ["login"] },
    ]);
  });

  it("contains the symbols of the cited sources without duplicates", () => {
    const symbols = ["login", "not cited", "", "logout", "login"];
    const sources = symbols.map((symbol, place) => ({ ...source(place + 1), symbol }));
    const citations = [1, 3, 4, 5].map((number) => ({ number, state: "current" as const }));
    const turn = withResult(newTurn("a", "ask", "How?"), result("a", { text: "So.", sources, citations }));
    expect(historyOf([turn], 1)).toEqual([{ question: "How?", answer: "So.", symbols: ["login", "logout"] }]);
  });
});
