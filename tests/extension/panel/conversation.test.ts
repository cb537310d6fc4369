import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  ANSWER_DELTA,
  ANSWER_SOURCES,
  type AskParams,
  type Destination,
} from "../../../extension/src/generated/protocol";
import { emptyChat } from "../../../extension/src/panel/chat";
import { Conversation } from "../../../extension/src/panel/conversation";
import { narrowedTo } from "../../../extension/src/panel/filters";
import type { Turn } from "../../../extension/src/panel/messages";
import type { ScopedQuestion } from "../../../extension/src/panel/scope";
import { connectionLost, UserError } from "../../../extension/src/userError";
import { COVERAGE, result, ScriptedServer, source } from "./scriptedServer";

let server: ScriptedServer;
let conversation: Conversation;
let scopeOf: (question: string) => Promise<ScopedQuestion>;
let requestConsent: (destination: Destination) => Promise<boolean>;
let events: string[];

beforeEach(() => {
  server = new ScriptedServer();
  events = [];
  requestConsent = () => Promise.reject(new Error("The user should not be asked."));
  scopeOf = (question) =>
    Promise.resolve({
      question,
      folder: "file:///work",
      scope: narrowedTo(["app/"], []),
      selection: null,
      described: ["app/"],
    });
  conversation = new Conversation(
    server,
    (question) => scopeOf(question),
    (destination) => requestConsent(destination),
    {
      answerGrew: (turn) => events.push(turn),
      chatChanged: () => events.push("chat"),
    },
  );
});

function turns(): Turn[] {
  return conversation.chat.turns.map(({ shown }) => shown);
}

function lastTurn(): Turn {
  const turn = turns().at(-1);
  if (!turn) throw new Error("There is no turn.");
  return turn;
}

function params(): AskParams {
  return server.last.params as AskParams;
}

/** Asks a question and waits for the request to the server. */
async function ask(question: string): Promise<{ ended: Promise<void> }> {
  const before = server.requests.length;
  const ended = conversation.ask(question);
  await vi.waitFor(() => expect(server.requests.length).toBe(before + 1));
  return { ended };
}

async function answered(question: string, text: string): Promise<Turn> {
  const { ended } = await ask(question);
  server.last.answer(result(params().askId, { text }));
  await ended;
  return lastTurn();
}

describe("a conversation", () => {
  it("sends the scope of the question and shows it", async () => {
    await ask("  How do users log in? ");
    expect(params()).toMatchObject({
      question: "How do users log in?",
      folder: "file:///work",
      scope: { paths: ["app/"] },
      history: [],
    });
    expect(lastTurn()).toMatchObject({ status: "searching", scope: ["app/"] });
  });

  it("shows the answer while it streams", async () => {
    await ask("How?");
    const { askId } = params();
    server.notify(ANSWER_SOURCES, { askId, sources: [source(1)], search: COVERAGE });
    server.notify(ANSWER_DELTA, { askId, seq: 0, text: "So" });
    expect(lastTurn()).toMatchObject({ status: "answering", text: "So" });
    expect(events).toContain(lastTurn().id);
  });

  it("reports the end of an answer as a change of the chat", async () => {
    await answered("How?", "So.");
    expect(lastTurn()).toMatchObject({ status: "done", text: "So." });
    expect(events.at(-1)).toBe("chat");
  });

  it("has its first question as the title", async () => {
    await answered("How do users log in?\nI mean really", "So.");
    await answered("And out?", "So.");
    expect(conversation.chat.title).toBe("How do users log in?");
  });

  it("sends the history with a follow-up question", async () => {
    await answered("How?", "So.");
    await ask("Why?");
    expect(params().history).toEqual([{ question: "How?", answer: "So.", symbols: ["login"] }]);
  });

  it("refuses a question while an answer is running", async () => {
    await ask("How?");
    await expect(conversation.ask("Why?")).rejects.toThrow("still answering");
    expect(turns()).toHaveLength(1);
  });

  it("stops an answer immediately, keeps its text and cancels the request", async () => {
    const { ended } = await ask("How?");
    server.notify(ANSWER_DELTA, { askId: params().askId, seq: 0, text: "So" });
    conversation.stop(lastTurn().id);
    expect(lastTurn()).toMatchObject({ status: "stopped", text: "So", failure: "" });
    await ended;
    expect(server.last.wasCancelled).toBe(true);
    expect(lastTurn().status).toBe("stopped");
  });

  it("sends no request if it was stopped before the scope was known", async () => {
    let resolveScope: (scope: ScopedQuestion) => void = () => undefined;
    scopeOf = () => new Promise((resolve) => (resolveScope = resolve));
    const ended = conversation.ask("How?");
    conversation.stop(lastTurn().id);
    resolveScope({ question: "How?", folder: null, scope: narrowedTo([], []), selection: null, described: [] });
    await ended;
    expect(server.requests).toEqual([]);
  });

  it("drops late messages of a stopped answer", async () => {
    await ask("How?");
    const { askId } = params();
    conversation.stop(lastTurn().id);
    server.notify(ANSWER_DELTA, { askId, seq: 0, text: "late" });
    expect(lastTurn().text).toBe("");
  });

  it("replaces the old answer with the new one", async () => {
    const first = await answered("How?", "So.");
    await answered("Why?", "Because.");
    const ended = conversation.regenerate(first.id);
    await vi.waitFor(() => expect(server.requests).toHaveLength(3));
    expect(params()).toMatchObject({ question: "How?", history: [] });
    server.last.answer(result(params().askId, { text: "Otherwise." }));
    await ended;
    expect(turns().map(({ text }) => text)).toEqual(["Otherwise.", "Because."]);
  });

  it("shows in the turn why a question cannot be asked, and parses it again on a retry", async () => {
    const workingScopeOf = scopeOf;
    scopeOf = () => Promise.reject(new UserError("Nothing is selected.", "Select something."));
    await conversation.ask("What does @selection do?");
    expect(lastTurn()).toMatchObject({ status: "failed", failure: "Nothing is selected. Select something." });
    scopeOf = workingScopeOf;
    void conversation.regenerate(lastTurn().id);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    expect(turns()).toHaveLength(1);
  });

  it("survives a server crash during an answer and can retry", async () => {
    const { ended } = await ask("How?");
    server.last.fail(connectionLost());
    await ended;
    expect(lastTurn()).toMatchObject({ status: "failed" });
    expect(lastTurn().failure).toContain("server stopped");
    void conversation.regenerate(lastTurn().id);
    await vi.waitFor(() => expect(server.requests).toHaveLength(2));
    expect(lastTurn()).toMatchObject({ status: "searching", failure: "" });
  });

  it("stops the running answer to explain code", async () => {
    await ask("How?");
    const selection = { uri: "untitled:Untitled-1", startLine: 1, endLine: 3 };
    void conversation.explain(selection, "Explain lines 1 to 3");
    await vi.waitFor(() => expect(server.requests).toHaveLength(2));
    expect(server.last).toMatchObject({ method: "sourcewise/explain", params: { selection } });
    expect(turns().map(({ kind, status }) => [kind, status])).toEqual([
      ["ask", "stopped"],
      ["explain", "searching"],
    ]);
  });

  describe("with a model on another machine", () => {
    const destination = { folder: "file:///work", model: "gpt-oss:120b-cloud", host: "https://ollama.com" };

    /** Asks a question for which the server requires consent. */
    async function askNeedingConsent(): Promise<{ ended: Promise<void> }> {
      const pending = await ask("How?");
      server.last.answer(result(params().askId, { text: "", failure: "Nothing was sent.", needsConsent: destination }));
      return pending;
    }

    it("sends the question again after the user consents", async () => {
      const questions: Destination[] = [];
      requestConsent = (requested) => Promise.resolve(questions.push(requested) > 0);
      const { ended } = await askNeedingConsent();
      await vi.waitFor(() =>
        expect(server.last).toMatchObject({ method: "sourcewise/models/allow", params: { destination } }),
      );
      server.last.answer({ destinations: [destination] });
      await vi.waitFor(() =>
        expect(server.last).toMatchObject({ method: "sourcewise/ask", params: { question: "How?" } }),
      );
      server.last.answer(result(params().askId, { text: "So." }));
      await ended;
      expect(questions).toEqual([destination]);
      expect(lastTurn()).toMatchObject({ status: "done", text: "So.", failure: "" });
    });

    it("sends nothing and keeps the sources if the user declines", async () => {
      requestConsent = () => Promise.resolve(false);
      await (await askNeedingConsent()).ended;
      expect(server.requests.map(({ method }) => method)).toEqual(["sourcewise/ask"]);
      expect(lastTurn()).toMatchObject({ status: "failed", failure: "Nothing was sent." });
      expect(lastTurn().sources).toHaveLength(1);
    });

    it("stores no consent if the answer was stopped before the user decided", async () => {
      let decide: (send: boolean) => void = () => undefined;
      requestConsent = () => new Promise((resolve) => (decide = resolve));
      const { ended } = await askNeedingConsent();
      await new Promise((resolve) => setImmediate(resolve));
      conversation.stop(lastTurn().id);
      decide(true);
      await ended;
      expect(server.requests.map(({ method }) => method)).toEqual(["sourcewise/ask"]);
      expect(lastTurn().status).toBe("stopped");
    });

    it("shows why consent cannot be stored, and sends nothing", async () => {
      requestConsent = () => Promise.resolve(true);
      const { ended } = await askNeedingConsent();
      await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/models/allow"));
      server.last.fail(new UserError("Your decision cannot be stored.", "Make that folder writable."));
      await ended;
      expect(server.requests).toHaveLength(2);
      expect(lastTurn()).toMatchObject({
        status: "failed",
        failure: "Your decision cannot be stored. Make that folder writable.",
      });
    });

    it("also asks for consent to explain code", async () => {
      requestConsent = () => Promise.resolve(true);
      const ended = conversation.explain({ uri: "file:///work/a.py", startLine: 1, endLine: 3 }, "Explain a.py:1-3");
      await vi.waitFor(() => expect(server.requests).toHaveLength(1));
      server.last.answer(result(params().askId, { failure: "Nothing was sent.", needsConsent: destination }));
      await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/models/allow"));
      server.last.answer({ destinations: [destination] });
      await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/explain"));
      server.last.answer(result(params().askId));
      await ended;
      expect(lastTurn().status).toBe("done");
    });
  });

  it("stops the running answer when another chat is opened", async () => {
    await ask("How?");
    const previous = conversation.chat.id;
    conversation.open(emptyChat());
    expect(server.last.wasCancelled).toBe(true);
    expect(conversation.chat.id).not.toBe(previous);
    expect(turns()).toEqual([]);
  });

  it("returns the locations only of sources and mentions that it showed", async () => {
    const { id } = await answered("How?", "So.");
    expect(conversation.placeOfSource(id, 1)).toMatchObject({
      uri: "file:///work/app/auth.py",
      startLine: 10,
      endLine: 20,
    });
    expect(conversation.placeOfMention(id, "login")).toMatchObject({ startLine: 12 });
    expect(conversation.placeOfSource(id, 2)).toBeUndefined();
    expect(conversation.placeOfMention(id, "logout")).toBeUndefined();
    expect(conversation.placeOfMention(id, "constructor")).toBeUndefined();
    expect(conversation.placeOfSource("another", 1)).toBeUndefined();
  });
});
