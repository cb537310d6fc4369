/**
 * Where chats are kept: one JSON file each, in a folder that belongs to the workspace. Hides files: each is replaced as a
 * whole, so that a crash or a second window leaves an old chat or a new one, never half of one; one that cannot be read is
 * set aside. The last writer of a chat wins.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { atRest, type HeldChat } from "./chat";
import { narrowedTo } from "./filters";
import { type ChatSummary, readChat } from "./messages";
import type { HeldTurn } from "./turn";

const MOST_CHATS = 100;
const WRITE_DELAY_MS = 500;
const ENDING = ".json";
const CHAT_ID = /^[\w-]{1,64}$/;

const Lines = { uri: v.string(), startLine: v.number(), endLine: v.number() };

const Selection = v.object({
  ...Lines,
  startCharacter: v.exactOptional(v.number()),
  endCharacter: v.exactOptional(v.number()),
});

const Scope = v.object({
  paths: v.array(v.string()),
  languages: v.array(v.string()),
  kinds: v.array(v.string()),
  changedSince: v.nullable(v.string()),
});

const Request = v.variant("kind", [
  v.object({
    kind: v.literal("ask"),
    question: v.string(),
    folder: v.nullable(v.string()),
    // Chats that were kept before there were filters have none.
    scope: v.optional(Scope, narrowedTo([], [])),
    selection: v.nullable(Selection),
  }),
  v.object({ kind: v.literal("explain"), selection: Selection }),
]);

/** What a file holds: the chat as the view sees it, and for each of its turns what the view does not. */
const Stored = v.object({
  changed: v.number(),
  chat: v.unknown(),
  behind: v.array(
    v.object({
      request: v.nullable(Request),
      sources: v.array(v.object({ ...Lines, number: v.number() })),
      mentions: v.array(v.object({ ...Lines, name: v.string() })),
    }),
  ),
});

interface Known {
  readonly version: string;
  readonly summary: ChatSummary | undefined;
}

interface Read {
  readonly chat: HeldChat;
  readonly changed: number;
}

export class ChatStore {
  private readonly pending = new Map<string, HeldChat>();
  private known = new Map<string, Known>();
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private readonly kept = new WeakSet<HeldChat>();

  /**
   * @param folder where the files are; made when there is one to keep
   * @param warn is told what went wrong, and goes into a log
   * @param now milliseconds since the epoch
   */
  constructor(
    private readonly folder: string,
    private readonly warn: (sentence: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Keeps a chat, soon. One without a turn is not worth it, and one that was read or kept is kept already. */
  save(chat: HeldChat): void {
    if (chat.turns.length === 0 || this.kept.has(chat)) return;
    this.pending.set(chat.id, chat);
    this.timer ??= setTimeout(() => void this.flush(), WRITE_DELAY_MS);
  }

  /** Writes what is still to be kept. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const chats = [...this.pending.values()];
    this.pending.clear();
    if (chats.length === 0) return;
    await this.oneAtATime(async () => {
      for (const chat of chats) await this.write(chat);
      await this.dropOldest();
    }).catch((error: unknown) => this.warn(`Chats cannot be kept in ${this.folder}: ${String(error)}`));
  }

  /** Removes a chat. */
  async delete(id: string): Promise<void> {
    this.pending.delete(id);
    await this.oneAtATime(() => rm(this.fileOf(id), { force: true }));
  }

  /** All chats, last changed first. Only files that changed since the last time are read. */
  async list(): Promise<ChatSummary[]> {
    await this.flush();
    return this.oneAtATime(() => this.scan());
  }

  /** The chat, at rest; undefined where there is none that can be read. */
  async read(id: string): Promise<HeldChat | undefined> {
    await this.flush();
    const chat = CHAT_ID.test(id) ? (await this.readFile(nameOf(id)))?.chat : undefined;
    if (chat) this.kept.add(chat);
    return chat;
  }

  private async scan(): Promise<ChatSummary[]> {
    const known = new Map<string, Known>();
    for (const name of await this.names()) {
      const version = await versionOf(this.pathOf(name));
      const before = this.known.get(name);
      known.set(name, before?.version === version ? before : { version, summary: await this.summary(name) });
    }
    this.known = known;
    return [...known.values()].flatMap(({ summary }) => summary ?? []).sort((a, b) => b.changed - a.changed);
  }

  private async summary(name: string): Promise<ChatSummary | undefined> {
    const read = await this.readFile(name);
    if (!read) return undefined;
    return { id: read.chat.id, title: read.chat.title, changed: read.changed, turns: read.chat.turns.length };
  }

  private async readFile(name: string): Promise<Read | undefined> {
    const file = this.pathOf(name);
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (!isMissing(error)) this.warn(`The chat ${file} cannot be read: ${String(error)}`);
    });
    if (text === undefined) return undefined;
    const read = parse(text);
    if (read && nameOf(read.chat.id) === name) return read;
    this.warn(`The chat ${file} is damaged. It is set aside as ${name}.damaged.`);
    await rename(file, `${file}.damaged`).catch((error: unknown) => this.warn(String(error)));
    return undefined;
  }

  private async write(chat: HeldChat): Promise<void> {
    const file = this.fileOf(chat.id);
    const draft = `${file}.${crypto.randomUUID()}.new`;
    await mkdir(this.folder, { recursive: true });
    try {
      await writeFile(draft, serialise(chat, this.now()));
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
    this.kept.add(chat);
  }

  private async dropOldest(): Promise<void> {
    const names = await this.names();
    if (names.length <= MOST_CHATS) return;
    const dated = await Promise.all(names.map(async (name) => ({ name, written: await writtenAt(this.pathOf(name)) })));
    const oldest = dated.sort((a, b) => a.written - b.written).slice(0, names.length - MOST_CHATS);
    await Promise.all(oldest.map(({ name }) => rm(this.pathOf(name), { force: true })));
  }

  /** In the order of the calls: what is written is never also being deleted, and no list is older than the one before. */
  private oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  private async names(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.endsWith(ENDING) && CHAT_ID.test(name.slice(0, -ENDING.length)));
  }

  private pathOf(name: string): string {
    return path.join(this.folder, name);
  }

  private fileOf(id: string): string {
    if (!CHAT_ID.test(id)) throw new Error(`${id} is no id of a chat.`);
    return this.pathOf(nameOf(id));
  }
}

function nameOf(id: string): string {
  return `${id}${ENDING}`;
}

function serialise(chat: HeldChat, changed: number): string {
  const behind = chat.turns.map(({ request, sources, mentions }) => ({ request, sources, mentions }));
  const shown = { id: chat.id, title: chat.title, turns: chat.turns.map((turn) => turn.shown) };
  return JSON.stringify({ changed, chat: shown, behind });
}

function parse(text: string): Read | undefined {
  const stored = v.safeParse(v.pipe(v.string(), v.parseJson(), Stored), text);
  const chat = stored.success ? readChat(stored.output.chat) : undefined;
  if (!stored.success || chat?.turns.length !== stored.output.behind.length) return undefined;
  const { behind, changed } = stored.output;
  const turns = behind.flatMap((kept, place): HeldTurn[] => {
    const shown = chat.turns[place];
    return shown ? [{ ...kept, shown, deltas: 0 }] : [];
  });
  return { chat: atRest({ id: chat.id, title: chat.title, turns }), changed };
}

async function versionOf(file: string): Promise<string> {
  const { mtimeMs, size } = await stat(file).catch(() => ({ mtimeMs: 0, size: 0 }));
  return `${mtimeMs} ${size}`;
}

async function writtenAt(file: string): Promise<number> {
  return (await stat(file).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
