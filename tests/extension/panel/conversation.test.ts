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
let mayLeave: (destination: Destination) => Promise<boolean>;
let news: string[];

beforeEach(() => {
  server = new ScriptedServer();
  news = [];
  mayLeave = () => Promise.reject(new Error("Nobody should be asked."));
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
    (destination) => mayLeave(destination),
    {
      turnGrew: (turn) => news.push(turn),
      chatChanged: () => news.push("chat"),
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

/** Asks, and waits until the server was asked. */
async function ask(question: string): Promise<{ ended: Promise<void> }> {
  const before = server.asked.length;
  const ended = conversation.ask(question);
  await vi.waitFor(() => expect(server.asked.length).toBe(before + 1));
  return { ended };
}

async function answered(question: string, text: string): Promise<Turn> {
  const { ended } = await ask(question);
  server.last.answer(result(params().askId, { text }));
  await ended;
  return lastTurn();
}

describe("a conversation", () => {
  it("asks about what the question is narrowed to, and says so", async () => {
    await ask("  How do users log in? ");
    expect(params()).toMatchObject({
      question: "How do users log in?",
      folder: "file:///work",
      scope: { paths: ["app/"] },
      history: [],
    });
    expect(lastTurn()).toMatchObject({ status: "searching", scope: ["app/"] });
  });

  it("shows the answer while it is made", async () => {
    await ask("How?");
    const { askId } = params();
    server.tell(ANSWER_SOURCES, { askId, sources: [source(1)], search: COVERAGE });
    server.tell(ANSWER_DELTA, { askId, seq: 0, text: "So" });
    expect(lastTurn()).toMatchObject({ status: "answering", text: "So" });
    expect(news).toContain(lastTurn().id);
  });

  it("tells of the end of an answer as a change of the chat", async () => {
    await answered("How?", "So.");
    expect(lastTurn()).toMatchObject({ status: "done", text: "So." });
    expect(news.at(-1)).toBe("chat");
  });

  it("is named by its first question", async () => {
    await answered("How do users log in?\nI mean really", "So.");
    await answered("And out?", "So.");
    expect(conversation.chat.title).toBe("How do users log in?");
  });

  it("tells a follow-up what was said before", async () => {
    await answered("How?", "So.");
    await ask("Why?");
    expect(params().history).toEqual([{ question: "How?", answer: "So.", symbols: ["login"] }]);
  });

  it("refuses a question while it answers one", async () => {
    await ask("How?");
    await expect(conversation.ask("Why?")).rejects.toThrow("still answering");
    expect(turns()).toHaveLength(1);
  });

  it("stops an answer at once, keeps its text and tells the server", async () => {
    const { ended } = await ask("How?");
    server.tell(ANSWER_DELTA, { askId: params().askId, seq: 0, text: "So" });
    conversation.stop(lastTurn().id);
    expect(lastTurn()).toMatchObject({ status: "stopped", text: "So", failure: "" });
    await ended;
    expect(server.last.wasCancelled).toBe(true);
    expect(lastTurn().status).toBe("stopped");
  });

  it("does not ask the server where it was stopped before it knew what about", async () => {
    let know: (scope: ScopedQuestion) => void = () => undefined;
    scopeOf = () => new Promise((resolve) => (know = resolve));
    const ended = conversation.ask("How?");
    conversation.stop(lastTurn().id);
    know({ question: "How?", folder: null, scope: narrowedTo([], []), selection: null, described: [] });
    await ended;
    expect(server.asked).toEqual([]);
  });

  it("drops what comes late of an answer that was stopped", async () => {
    await ask("How?");
    const { askId } = params();
    conversation.stop(lastTurn().id);
    server.tell(ANSWER_DELTA, { askId, seq: 0, text: "late" });
    expect(lastTurn().text).toBe("");
  });

  it("puts a new answer in the place of the old one", async () => {
    const first = await answered("How?", "So.");
    await answered("Why?", "Because.");
    const ended = conversation.regenerate(first.id);
    await vi.waitFor(() => expect(server.asked).toHaveLength(3));
    expect(params()).toMatchObject({ question: "How?", history: [] });
    server.last.answer(result(params().askId, { text: "Otherwise." }));
    await ended;
    expect(turns().map(({ text }) => text)).toEqual(["Otherwise.", "Because."]);
  });

  it("says in the turn why a question cannot be asked, and reads it anew when asked again", async () => {
    const works = scopeOf;
    scopeOf = () => Promise.reject(new UserError("Nothing is selected.", "Select something."));
    await conversation.ask("What does @selection do?");
    expect(lastTurn()).toMatchObject({ status: "failed", failure: "Nothing is selected. Select something." });
    scopeOf = works;
    void conversation.regenerate(lastTurn().id);
    await vi.waitFor(() => expect(server.asked).toHaveLength(1));
    expect(turns()).toHaveLength(1);
  });

  it("survives the end of the server in the middle, and can ask again", async () => {
    const { ended } = await ask("How?");
    server.last.fail(connectionLost());
    await ended;
    expect(lastTurn()).toMatchObject({ status: "failed" });
    expect(lastTurn().failure).toContain("server stopped");
    void conversation.regenerate(lastTurn().id);
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    expect(lastTurn()).toMatchObject({ status: "searching", failure: "" });
  });

  it("stops an answer for code that the user wants explained", async () => {
    await ask("How?");
    const selection = { uri: "untitled:Untitled-1", startLine: 1, endLine: 3 };
    void conversation.explain(selection, "Explain lines 1 to 3");
    await vi.waitFor(() => expect(server.asked).toHaveLength(2));
    expect(server.last).toMatchObject({ method: "sourcewise/explain", params: { selection } });
    expect(turns().map(({ kind, status }) => [kind, status])).toEqual([
      ["ask", "stopped"],
      ["explain", "searching"],
    ]);
  });

  describe("whose model runs on another machine", () => {
    const destination = { folder: "file:///work", model: "gpt-oss:120b-cloud", host: "https://ollama.com" };

    /** Asks, and lets the server say that it needs consent. */
    async function heldBack(): Promise<{ ended: Promise<void> }> {
      const asked = await ask("How?");
      server.last.answer(result(params().askId, { text: "", failure: "Nothing was sent.", needsConsent: destination }));
      return asked;
    }

    it("sends the question again when the user has allowed it", async () => {
      const questions: Destination[] = [];
      mayLeave = (asked) => Promise.resolve(questions.push(asked) > 0);
      const { ended } = await heldBack();
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

    it("allows and sends nothing when the user does not want it, and keeps the sources", async () => {
      mayLeave = () => Promise.resolve(false);
      await (await heldBack()).ended;
      expect(server.asked.map(({ method }) => method)).toEqual(["sourcewise/ask"]);
      expect(lastTurn()).toMatchObject({ status: "failed", failure: "Nothing was sent." });
      expect(lastTurn().sources).toHaveLength(1);
    });

    it("allows nothing when the answer was stopped before the user decided", async () => {
      let decide: (send: boolean) => void = () => undefined;
      mayLeave = () => new Promise((resolve) => (decide = resolve));
      const { ended } = await heldBack();
      await new Promise((resolve) => setImmediate(resolve));
      conversation.stop(lastTurn().id);
      decide(true);
      await ended;
      expect(server.asked.map(({ method }) => method)).toEqual(["sourcewise/ask"]);
      expect(lastTurn().status).toBe("stopped");
    });

    it("says why a decision cannot be stored, and sends nothing", async () => {
      mayLeave = () => Promise.resolve(true);
      const { ended } = await heldBack();
      await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/models/allow"));
      server.last.fail(new UserError("Your decision cannot be stored.", "Make that folder writable."));
      await ended;
      expect(server.asked).toHaveLength(2);
      expect(lastTurn()).toMatchObject({
        status: "failed",
        failure: "Your decision cannot be stored. Make that folder writable.",
      });
    });

    it("asks about code that is to be explained as well", async () => {
      mayLeave = () => Promise.resolve(true);
      const ended = conversation.explain({ uri: "file:///work/a.py", startLine: 1, endLine: 3 }, "Explain a.py:1-3");
      await vi.waitFor(() => expect(server.asked).toHaveLength(1));
      server.last.answer(result(params().askId, { failure: "Nothing was sent.", needsConsent: destination }));
      await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/models/allow"));
      server.last.answer({ destinations: [destination] });
      await vi.waitFor(() => expect(server.last.method).toBe("sourcewise/explain"));
      server.last.answer(result(params().askId));
      await ended;
      expect(lastTurn().status).toBe("done");
    });
  });

  it("leaves an answer stopped in its chat when another is opened", async () => {
    await ask("How?");
    const left = conversation.chat.id;
    conversation.open(emptyChat());
    expect(server.last.wasCancelled).toBe(true);
    expect(conversation.chat.id).not.toBe(left);
    expect(turns()).toEqual([]);
  });

  it("knows the places of sources and mentions that it showed, and no others", async () => {
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
