/**
 * Stores chats as JSON files, one per chat, in a folder that belongs to the workspace. Hides the files: writes are atomic,
 * so a crash or a second window leaves the old or the new version of a chat, never a partial one. A damaged file is
 * renamed. The last writer of a chat wins.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { type ChatRecord, stoppedChat } from "./chat";
import { narrowedTo } from "./filters";
import { type ChatSummary, readChat } from "./messages";
import type { TurnRecord } from "./turn";

const MAX_CHATS = 100;
const WRITE_DELAY_MS = 500;
const EXTENSION = ".json";
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
  // Scopes from versions without this filter lack it.
  roles: v.optional(v.array(v.string()), []),
  changedSince: v.nullable(v.string()),
});

const Request = v.variant("kind", [
  v.object({
    kind: v.literal("ask"),
    question: v.string(),
    folder: v.nullable(v.string()),
    // Chats from versions without filters have no scope.
    scope: v.optional(Scope, narrowedTo([], [])),
    selection: v.nullable(Selection),
  }),
  v.object({ kind: v.literal("explain"), selection: Selection }),
]);

/** The contents of a file: the chat as the view receives it, and the data of each turn that the view must not receive. */
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

interface CacheEntry {
  readonly version: string;
  readonly summary: ChatSummary | undefined;
}

interface StoredChat {
  readonly chat: ChatRecord;
  readonly changed: number;
}

export class ChatStore {
  private readonly pending = new Map<string, ChatRecord>();
  private cache = new Map<string, CacheEntry>();
  private timer: NodeJS.Timeout | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly unchanged = new WeakSet<ChatRecord>();

  /**
   * @param folder the folder for the files; created on the first write
   * @param warn logs a problem
   * @param now returns the time in milliseconds since the epoch
   */
  constructor(
    private readonly folder: string,
    private readonly warn: (sentence: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** Schedules a save. Skips chats without turns, and chats that are unchanged since they were read or saved. */
  save(chat: ChatRecord): void {
    if (chat.turns.length === 0 || this.unchanged.has(chat)) return;
    this.pending.set(chat.id, chat);
    this.timer ??= setTimeout(() => void this.flush(), WRITE_DELAY_MS);
  }

  /** Writes all scheduled chats. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const chats = [...this.pending.values()];
    this.pending.clear();
    if (chats.length === 0) return;
    await this.enqueue(async () => {
      for (const chat of chats) await this.write(chat);
      await this.dropOldest();
    }).catch((error: unknown) => this.warn(`Cannot save chats in ${this.folder}: ${String(error)}`));
  }

  /** Deletes a chat. */
  async delete(id: string): Promise<void> {
    this.pending.delete(id);
    await this.enqueue(() => rm(this.fileOf(id), { force: true }));
  }

  /** Lists all chats, last changed first. Reads only files that changed since the last call. */
  async list(): Promise<ChatSummary[]> {
    await this.flush();
    return this.enqueue(() => this.scan());
  }

  /** Reads a chat and marks running turns as stopped. Returns undefined if the chat does not exist or cannot be read. */
  async read(id: string): Promise<ChatRecord | undefined> {
    await this.flush();
    const chat = CHAT_ID.test(id) ? (await this.readFile(nameOf(id)))?.chat : undefined;
    if (chat) this.unchanged.add(chat);
    return chat;
  }

  private async scan(): Promise<ChatSummary[]> {
    const next = new Map<string, CacheEntry>();
    for (const name of await this.names()) {
      const version = await versionOf(this.pathOf(name));
      const before = this.cache.get(name);
      next.set(name, before?.version === version ? before : { version, summary: await this.summary(name) });
    }
    this.cache = next;
    return [...next.values()].flatMap(({ summary }) => summary ?? []).sort((a, b) => b.changed - a.changed);
  }

  private async summary(name: string): Promise<ChatSummary | undefined> {
    const read = await this.readFile(name);
    if (!read) return undefined;
    return { id: read.chat.id, title: read.chat.title, changed: read.changed, turns: read.chat.turns.length };
  }

  private async readFile(name: string): Promise<StoredChat | undefined> {
    const file = this.pathOf(name);
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (!isMissing(error)) this.warn(`Cannot read the chat ${file}: ${String(error)}`);
    });
    if (text === undefined) return undefined;
    const read = parse(text);
    if (read && nameOf(read.chat.id) === name) return read;
    this.warn(`The chat ${file} is damaged. It was renamed to ${name}.damaged.`);
    await rename(file, `${file}.damaged`).catch((error: unknown) => this.warn(String(error)));
    return undefined;
  }

  private async write(chat: ChatRecord): Promise<void> {
    const file = this.fileOf(chat.id);
    const draft = `${file}.${crypto.randomUUID()}.new`;
    await mkdir(this.folder, { recursive: true });
    try {
      await writeFile(draft, serialise(chat, this.now()));
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
    this.unchanged.add(chat);
  }

  private async dropOldest(): Promise<void> {
    const names = await this.names();
    if (names.length <= MAX_CHATS) return;
    const dated = await Promise.all(names.map(async (name) => ({ name, written: await writtenAt(this.pathOf(name)) })));
    const oldest = dated.sort((a, b) => a.written - b.written).slice(0, names.length - MAX_CHATS);
    await Promise.all(oldest.map(({ name }) => rm(this.pathOf(name), { force: true })));
  }

  /** Runs operations one at a time, in the order of the calls, so that writes, deletions and listings never overlap. */
  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async names(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => name.endsWith(EXTENSION) && CHAT_ID.test(name.slice(0, -EXTENSION.length)));
  }

  private pathOf(name: string): string {
    return path.join(this.folder, name);
  }

  private fileOf(id: string): string {
    if (!CHAT_ID.test(id)) throw new Error(`Invalid chat ID: ${id}`);
    return this.pathOf(nameOf(id));
  }
}

function nameOf(id: string): string {
  return `${id}${EXTENSION}`;
}

function serialise(chat: ChatRecord, changed: number): string {
  const behind = chat.turns.map(({ request, sources, mentions }) => ({ request, sources, mentions }));
  const shown = { id: chat.id, title: chat.title, turns: chat.turns.map((turn) => turn.shown) };
  return JSON.stringify({ changed, chat: shown, behind });
}

function parse(text: string): StoredChat | undefined {
  const stored = v.safeParse(v.pipe(v.string(), v.parseJson(), Stored), text);
  const chat = stored.success ? readChat(stored.output.chat) : undefined;
  if (!stored.success || chat?.turns.length !== stored.output.behind.length) return undefined;
  const { behind, changed } = stored.output;
  const turns = behind.flatMap((data, place): TurnRecord[] => {
    const shown = chat.turns[place];
    return shown ? [{ ...data, shown, deltas: 0 }] : [];
  });
  return { chat: stoppedChat({ id: chat.id, title: chat.title, turns }), changed };
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
