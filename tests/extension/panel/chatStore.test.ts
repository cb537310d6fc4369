import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ChatRecord, emptyChat, upsertTurn } from "../../../extension/src/panel/chat";
import { ChatStore } from "../../../extension/src/panel/chatStore";
import { newTurn, withDelta, withRequest, withResult, withSources } from "../../../extension/src/panel/turn";
import { COVERAGE, result, source } from "./scriptedServer";

let folder: string;
let warnings: string[];
let time = 0;

beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "sourcewise-chats-")), "chats");
  warnings = [];
});

afterEach(() => {
  rmSync(path.dirname(folder), { recursive: true });
});

function store(): ChatStore {
  return new ChatStore(
    folder,
    (sentence) => warnings.push(sentence),
    () => ++time,
  );
}

function chat(question: string): ChatRecord {
  const scope = { paths: ["app/"], languages: ["python"], kinds: [], roles: ["test"], changedSince: "main" };
  const request = { kind: "ask", question, folder: "file:///work", scope, selection: null } as const;
  const turn = withRequest(newTurn("t1", "ask", question), request, ["app/"]);
  return upsertTurn(emptyChat(), withResult(turn, result("a")));
}

async function save(where: ChatStore, ...chats: ChatRecord[]): Promise<void> {
  for (const one of chats) {
    where.save(one);
    await where.flush();
  }
}

describe("the store of chats", () => {
  it("returns a chat with its locations in another window", async () => {
    const saved = chat("How do users log in?");
    await save(store(), saved);
    const read = await store().read(saved.id);
    expect(read).toMatchObject({ id: saved.id, title: "How do users log in?" });
    expect(read?.turns[0]).toEqual({ ...saved.turns[0], deltas: 0 });
    expect(read?.turns[0]?.sources[0]?.uri).toBe("file:///work/app/auth.py");
    expect(warnings).toEqual([]);
  });

  it("reads a chat from a version without roles", async () => {
    const saved = chat("How do users log in?");
    await save(store(), saved);
    const file = path.join(folder, `${saved.id}.json`);
    const earlier = readFileSync(file, "utf8").replace(',"roles":["test"]', "").replaceAll(',"role":"code"', "");
    writeFileSync(file, earlier);
    const [turn] = (await store().read(saved.id))?.turns ?? [];
    expect(turn?.shown.sources[0]?.role).toBe("code");
    expect(turn?.request).toMatchObject({ scope: { roles: [], languages: ["python"] } });
    expect(warnings).toEqual([]);
  });

  it("saves a chat without an explicit flush", async () => {
    const saved = chat("How?");
    store().save(saved);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([`${saved.id}.json`]), { timeout: 5000 });
  });

  it("returns a running answer as stopped, with its text", async () => {
    const found = withSources(newTurn("t1", "ask", "How?"), { askId: "a", sources: [source(1)], search: COVERAGE });
    const running = upsertTurn(emptyChat(), withDelta(found, { askId: "a", seq: 0, text: "So" }));
    await save(store(), running);
    const [turn] = (await store().read(running.id))?.turns ?? [];
    expect(turn?.shown).toMatchObject({ status: "stopped", text: "So" });
  });

  it("lists chats, last changed first", async () => {
    const [first, second] = [chat("First?"), chat("Second?")];
    const chatStore = store();
    await save(chatStore, first, second);
    expect((await chatStore.list()).map(({ title, turns }) => [title, turns])).toEqual([
      ["Second?", 1],
      ["First?", 1],
    ]);
    await save(chatStore, upsertTurn(first, newTurn("t2", "ask", "More?")));
    expect((await chatStore.list()).map(({ title, turns }) => [title, turns])).toEqual([
      ["First?", 2],
      ["Second?", 1],
    ]);
  });

  it("sees what another window saves and deletes", async () => {
    const [one, other] = [store(), store()];
    const saved = chat("How?");
    expect(await other.list()).toEqual([]);
    await save(one, saved);
    expect((await other.list()).map(({ id }) => id)).toEqual([saved.id]);
    await one.delete(saved.id);
    expect(await other.list()).toEqual([]);
  });

  it("does not save a chat without turns", async () => {
    await save(store(), emptyChat());
    expect(await store().list()).toEqual([]);
  });

  it("does not count reading a chat as changing it", async () => {
    const [first, second] = [chat("First?"), chat("Second?")];
    const chatStore = store();
    await save(chatStore, first, second);
    const read = await chatStore.read(first.id);
    if (read) await save(chatStore, read);
    expect((await chatStore.list()).map(({ title }) => title)).toEqual(["Second?", "First?"]);
  });

  it("does not save a chat that was deleted before it was written", async () => {
    const chatStore = store();
    const deleted = chat("How?");
    chatStore.save(deleted);
    await chatStore.delete(deleted.id);
    await chatStore.flush();
    expect(await chatStore.list()).toEqual([]);
  });

  it.each(["", "{", "null", '{"changed":1,"chat":{},"behind":[]}'])(
    "renames a damaged file that contains %j",
    async (text) => {
      const saved = chat("How?");
      await save(store(), saved);
      writeFileSync(path.join(folder, "broken.json"), text);
      expect((await store().list()).map(({ id }) => id)).toEqual([saved.id]);
      expect(readdirSync(folder).sort()).toEqual([`${saved.id}.json`, "broken.json.damaged"].sort());
      expect(warnings.join()).toContain("damaged");
    },
  );

  it("reads nothing outside its folder", async () => {
    const saved = chat("How?");
    await save(store(), saved);
    writeFileSync(path.join(path.dirname(folder), "outside.json"), "{}");
    expect(await store().read("../outside")).toBeUndefined();
    expect(await store().read(saved.id.toUpperCase() + "x")).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it("deletes the oldest chats beyond one hundred", async () => {
    const chatStore = store();
    const chats = Array.from({ length: 100 }, (_, number) => chat(`Question ${number}?`));
    chats.forEach((one) => chatStore.save(one));
    await chatStore.flush();
    chats.forEach((one, number) => utimesSync(path.join(folder, `${one.id}.json`), number + 1, number + 1));
    await save(chatStore, chat("One more?"));
    const titles = (await chatStore.list()).map(({ title }) => title);
    expect(titles).toHaveLength(100);
    expect(titles).toContain("One more?");
    expect(titles).not.toContain("Question 0?");
  });

  it("logs a warning and continues if nothing can be saved", async () => {
    writeFileSync(folder, "a file where the folder should be");
    const chatStore = store();
    await save(chatStore, chat("How?"));
    expect(warnings.join()).toContain("Cannot save chats");
    expect(await chatStore.list()).toEqual([]);
  });

  it("leaves a complete chat if two windows write it at the same time", async () => {
    const [one, other] = [store(), store()];
    const saved = chat("How?");
    for (let turn = 2; turn < 30; turn++) {
      one.save(upsertTurn(saved, newTurn(`one ${turn}`, "ask", "One?")));
      other.save(upsertTurn(saved, newTurn(`other ${turn}`, "ask", "Other?")));
      await Promise.all([one.flush(), other.flush()]);
    }
    expect((await store().read(saved.id))?.turns).toHaveLength(2);
    expect(warnings).toEqual([]);
  });
});
