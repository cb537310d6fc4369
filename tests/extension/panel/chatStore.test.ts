import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
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
  const scope = { paths: ["app/"], languages: ["python"], kinds: [], changedSince: "main" };
  const request = { kind: "ask", question, folder: "file:///work", scope, selection: null } as const;
  const turn = withRequest(newTurn("t1", "ask", question), request, ["app/"]);
  return upsertTurn(emptyChat(), withResult(turn, result("a")));
}

async function keep(where: ChatStore, ...chats: ChatRecord[]): Promise<void> {
  for (const one of chats) {
    where.save(one);
    await where.flush();
  }
}

describe("the store of chats", () => {
  it("returns a chat with its locations in another window", async () => {
    const kept = chat("How do users log in?");
    await keep(store(), kept);
    const read = await store().read(kept.id);
    expect(read).toMatchObject({ id: kept.id, title: "How do users log in?" });
    expect(read?.turns[0]).toEqual({ ...kept.turns[0], deltas: 0 });
    expect(read?.turns[0]?.sources[0]?.uri).toBe("file:///work/app/auth.py");
    expect(warnings).toEqual([]);
  });

  it("saves a chat without an explicit flush", async () => {
    const kept = chat("How?");
    store().save(kept);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([`${kept.id}.json`]), { timeout: 5000 });
  });

  it("returns a running answer as stopped, with its text", async () => {
    const found = withSources(newTurn("t1", "ask", "How?"), { askId: "a", sources: [source(1)], search: COVERAGE });
    const running = upsertTurn(emptyChat(), withDelta(found, { askId: "a", seq: 0, text: "So" }));
    await keep(store(), running);
    const [turn] = (await store().read(running.id))?.turns ?? [];
    expect(turn?.shown).toMatchObject({ status: "stopped", text: "So" });
  });

  it("lists chats, last changed first", async () => {
    const [first, second] = [chat("First?"), chat("Second?")];
    const kept = store();
    await keep(kept, first, second);
    expect((await kept.list()).map(({ title, turns }) => [title, turns])).toEqual([
      ["Second?", 1],
      ["First?", 1],
    ]);
    await keep(kept, upsertTurn(first, newTurn("t2", "ask", "More?")));
    expect((await kept.list()).map(({ title, turns }) => [title, turns])).toEqual([
      ["First?", 2],
      ["Second?", 1],
    ]);
  });

  it("sees what another window saves and deletes", async () => {
    const [one, other] = [store(), store()];
    const kept = chat("How?");
    expect(await other.list()).toEqual([]);
    await keep(one, kept);
    expect((await other.list()).map(({ id }) => id)).toEqual([kept.id]);
    await one.delete(kept.id);
    expect(await other.list()).toEqual([]);
  });

  it("does not save a chat without turns", async () => {
    await keep(store(), emptyChat());
    expect(await store().list()).toEqual([]);
  });

  it("does not count reading a chat as changing it", async () => {
    const [first, second] = [chat("First?"), chat("Second?")];
    const kept = store();
    await keep(kept, first, second);
    const read = await kept.read(first.id);
    if (read) await keep(kept, read);
    expect((await kept.list()).map(({ title }) => title)).toEqual(["Second?", "First?"]);
  });

  it("does not save a chat that was deleted before it was written", async () => {
    const kept = store();
    const doomed = chat("How?");
    kept.save(doomed);
    await kept.delete(doomed.id);
    await kept.flush();
    expect(await kept.list()).toEqual([]);
  });

  it.each(["", "{", "null", '{"changed":1,"chat":{},"behind":[]}'])(
    "renames a damaged file that contains %j",
    async (text) => {
      const kept = chat("How?");
      await keep(store(), kept);
      writeFileSync(path.join(folder, "broken.json"), text);
      expect((await store().list()).map(({ id }) => id)).toEqual([kept.id]);
      expect(readdirSync(folder).sort()).toEqual([`${kept.id}.json`, "broken.json.damaged"].sort());
      expect(warnings.join()).toContain("damaged");
    },
  );

  it("reads nothing outside its folder", async () => {
    const kept = chat("How?");
    await keep(store(), kept);
    writeFileSync(path.join(path.dirname(folder), "outside.json"), "{}");
    expect(await store().read("../outside")).toBeUndefined();
    expect(await store().read(kept.id.toUpperCase() + "x")).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it("deletes the oldest chats beyond one hundred", async () => {
    const kept = store();
    const chats = Array.from({ length: 100 }, (_, number) => chat(`Question ${number}?`));
    chats.forEach((one) => kept.save(one));
    await kept.flush();
    chats.forEach((one, number) => utimesSync(path.join(folder, `${one.id}.json`), number + 1, number + 1));
    await keep(kept, chat("One more?"));
    const titles = (await kept.list()).map(({ title }) => title);
    expect(titles).toHaveLength(100);
    expect(titles).toContain("One more?");
    expect(titles).not.toContain("Question 0?");
  });

  it("logs a warning and continues if nothing can be saved", async () => {
    writeFileSync(folder, "a file where the folder should be");
    const kept = store();
    await keep(kept, chat("How?"));
    expect(warnings.join()).toContain("Cannot save chats");
    expect(await kept.list()).toEqual([]);
  });

  it("leaves a complete chat if two windows write it at the same time", async () => {
    const [one, other] = [store(), store()];
    const kept = chat("How?");
    for (let turn = 2; turn < 30; turn++) {
      one.save(upsertTurn(kept, newTurn(`one ${turn}`, "ask", "One?")));
      other.save(upsertTurn(kept, newTurn(`other ${turn}`, "ask", "Other?")));
      await Promise.all([one.flush(), other.flush()]);
    }
    expect((await store().read(kept.id))?.turns).toHaveLength(2);
    expect(warnings).toEqual([]);
  });
});
