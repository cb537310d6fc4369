/** A chat as the host holds it: its turns in order, under a title that the first question gives. Pure. */
import type { Chat } from "./messages";
import { type HeldTurn, stopped } from "./turn";

export interface HeldChat {
  readonly id: string;
  readonly title: string;
  readonly turns: readonly HeldTurn[];
}

const UNTITLED = "New Chat";
const TITLE_LENGTH = 80;

/** A chat in which nothing was asked. */
export function emptyChat(): HeldChat {
  return { id: crypto.randomUUID(), title: UNTITLED, turns: [] };
}

/** The chat with this turn in the place of the one with its id, or at the end where there is none. */
export function withTurn(chat: HeldChat, turn: HeldTurn): HeldChat {
  const place = chat.turns.findIndex(({ shown }) => shown.id === turn.shown.id);
  const turns = place < 0 ? [...chat.turns, turn] : chat.turns.with(place, turn);
  return { ...chat, turns, title: titleOf(turns) };
}

/** A chat for which nobody makes an answer any more, as after its window was closed. */
export function atRest(chat: HeldChat): HeldChat {
  return { ...chat, turns: chat.turns.map(stopped) };
}

/** What the view sees of a chat. */
export function shownChat({ id, title, turns }: HeldChat): Chat {
  return { id, title, turns: turns.map(({ shown }) => shown) };
}

function titleOf(turns: readonly HeldTurn[]): string {
  const line = turns[0]?.shown.question.split("\n", 1)[0] ?? "";
  return line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH - 1)}…` : line || UNTITLED;
}
