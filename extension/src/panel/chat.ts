/** The host's record of a chat: its turns in order. The first question becomes the title. Pure. */
import type { Chat } from "./messages";
import { stoppedTurn, type TurnRecord } from "./turn";

export interface ChatRecord {
  readonly id: string;
  readonly title: string;
  readonly turns: readonly TurnRecord[];
}

const UNTITLED = "New Chat";
const TITLE_LENGTH = 80;

/** Returns a chat without turns. */
export function emptyChat(): ChatRecord {
  return { id: crypto.randomUUID(), title: UNTITLED, turns: [] };
}

/** Replaces the turn with the same ID, or appends the turn if there is none. */
export function upsertTurn(chat: ChatRecord, turn: TurnRecord): ChatRecord {
  const place = chat.turns.findIndex(({ shown }) => shown.id === turn.shown.id);
  const turns = place < 0 ? [...chat.turns, turn] : chat.turns.with(place, turn);
  return { ...chat, turns, title: titleOf(turns) };
}

/** Marks running turns as stopped, for a chat that no process is answering any more, such as one loaded from disk. */
export function stoppedChat(chat: ChatRecord): ChatRecord {
  return { ...chat, turns: chat.turns.map(stoppedTurn) };
}

/** Returns the part of a chat that the view receives. */
export function shownChat({ id, title, turns }: ChatRecord): Chat {
  return { id, title, turns: turns.map(({ shown }) => shown) };
}

function titleOf(turns: readonly TurnRecord[]): string {
  const line = turns[0]?.shown.question.split("\n", 1)[0] ?? "";
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line || UNTITLED;
}
