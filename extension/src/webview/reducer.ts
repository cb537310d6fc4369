/**
 * The view's state and its reducer. The conversation is always the host's last snapshot. The view itself owns only the
 * draft, the completions, what is expanded, and the scroll position. Pure: messages are sent elsewhere.
 */
import { type Completion, type HostMessage, isRunning, type PanelState, type Turn } from "../panel/messages";
import { announcementOf } from "./wording";

/** The `@` word at the cursor and its completions. `request` is the number of the request to the host. */
export interface Completing {
  request: number;
  word: string;
  start: number;
  end: number;
  items: Completion[];
  selected: number;
}

/** The scroll position in a chat. `top` is null while the view follows the end. */
export interface Scroll {
  chat: string;
  top: number | null;
}

/** The state that VS Code saves while the view is hidden and restores when it is shown again. */
export interface SavedState {
  draft: string;
  scroll: Scroll | null;
}

export interface ViewState extends SavedState {
  panel: PanelState | null;
  /** The cursor position after a change of the draft by the program. Each `change` also focuses the ask box. */
  caret: { at: number; change: number };
  completing: Completing | null;
  requests: number;
  chatsOpen: boolean;
  /** Turns whose sources the user expanded or collapsed. */
  unfolded: Record<string, boolean>;
  /** The last announcement for screen readers. */
  announcement: string;
}

export type UiAction =
  | { type: "typed"; draft: string; caret: number }
  | { type: "asked" }
  | { type: "followed" }
  | { type: "recalled" }
  | { type: "selected"; step: 1 | -1 }
  | { type: "completed"; index: number }
  | { type: "completionsClosed" }
  | { type: "chatsToggled"; open: boolean }
  | { type: "sourcesToggled"; turn: string; open: boolean }
  | { type: "scrolled"; scroll: Scroll };

const MAX_WORD_LENGTH = 1000;

/** The number of sources that show their code before the answer starts. */
const MAX_CARDS = 3;

export function initialState(saved: SavedState): ViewState {
  return {
    ...saved,
    panel: null,
    caret: { at: saved.draft.length, change: 0 },
    completing: null,
    requests: 0,
    chatsOpen: false,
    unfolded: {},
    announcement: "",
  };
}

/** Returns the state after a message from the host or an action of the user. */
export function reduce(state: ViewState, action: HostMessage | UiAction): ViewState {
  switch (action.type) {
    case "state":
      return { ...state, panel: action.state, announcement: announcementAfter(state, action.state.chat.turns) };
    case "turn":
      return withTurn(state, action.turn);
    case "completions":
      return withCompletions(state, action.request, action.items);
    case "focus":
      return withDraft({ ...state, chatsOpen: false }, action.draft ?? state.draft);
    case "typed":
      return typed(state, action.draft, action.caret);
    case "asked":
      return { ...withDraft(state, ""), scroll: null };
    case "followed":
      return { ...state, scroll: null };
    case "recalled":
      return withDraft(state, state.panel?.chat.turns.at(-1)?.question ?? state.draft);
    case "selected":
      return { ...state, completing: state.completing && moved(state.completing, action.step) };
    case "completed":
      return completed(state, action.index);
    case "completionsClosed":
      return { ...state, completing: null };
    case "chatsToggled":
      return { ...state, chatsOpen: action.open };
    case "sourcesToggled":
      return { ...state, unfolded: { ...state.unfolded, [action.turn]: action.open } };
    case "scrolled":
      return { ...state, scroll: action.scroll };
  }
}

/** Returns the turn that is being answered, if any. */
export function runningTurn(state: ViewState): Turn | undefined {
  return state.panel?.chat.turns.find(isRunning);
}

/** Whether the draft can be sent now. */
export function canAsk(state: ViewState): boolean {
  return state.draft.trim() !== "" && state.panel?.situation.kind === "ready" && !runningTurn(state);
}

/**
 * Returns how many of a turn's sources show their code: the best ones until the answer starts, then none, so that the
 * answer is visible. If the user expanded or collapsed the sources, all or none.
 */
export function cardsShown(state: ViewState, turn: Turn): number {
  const chosen = state.unfolded[turn.id];
  if (chosen !== undefined) return chosen ? turn.sources.length : 0;
  return turn.text === "" ? Math.min(MAX_CARDS, turn.sources.length) : 0;
}

/** Returns the word before the cursor that begins with `@`, such as `@src/app` or `@"a file"`. */
export function wordAt(draft: string, caret: number): { word: string; start: number } | null {
  const match = /(?:^|[\s(])(@(?:"[^"\n]*"?|[^\s"]*))$/.exec(draft.slice(0, caret));
  const word = match?.[1];
  return word === undefined || word.length > MAX_WORD_LENGTH ? null : { word, start: caret - word.length };
}

function withTurn(state: ViewState, turn: Turn): ViewState {
  if (!state.panel) return state;
  const { chat } = state.panel;
  const turns = chat.turns.map((known) => (known.id === turn.id ? turn : known));
  return {
    ...state,
    panel: { ...state.panel, chat: { ...chat, turns } },
    announcement: announcementAfter(state, turns),
  };
}

function withCompletions(state: ViewState, request: number, items: Completion[]): ViewState {
  if (state.completing?.request !== request) return state;
  return { ...state, completing: { ...state.completing, items, selected: 0 } };
}

function typed(state: ViewState, draft: string, caret: number): ViewState {
  const found = wordAt(draft, caret);
  if (!found) return { ...state, draft, completing: null };
  if (found.word === state.completing?.word) return { ...state, draft };
  const request = state.requests + 1;
  // Keep the items of the last word until the new ones arrive, so that the list does not flicker while typing.
  const { items, selected } = state.completing ?? { items: [], selected: 0 };
  return { ...state, draft, requests: request, completing: { ...found, request, end: caret, items, selected } };
}

function moved(completing: Completing, step: number): Completing {
  const { items, selected } = completing;
  return items.length === 0 ? completing : { ...completing, selected: (selected + step + items.length) % items.length };
}

function completed(state: ViewState, index: number): ViewState {
  const { completing } = state;
  const item = completing?.items[index];
  if (!completing || !item) return state;
  const rest = state.draft.slice(completing.end);
  const gap = item.unfinished || /^\s/.test(rest) ? "" : " ";
  const head = state.draft.slice(0, completing.start) + item.insert + gap;
  const taken = { ...withDraft(state, head + rest), caret: { at: head.length, change: state.caret.change + 1 } };
  return item.unfinished ? typed(taken, taken.draft, head.length) : taken;
}

function withDraft(state: ViewState, draft: string): ViewState {
  return { ...state, draft, completing: null, caret: { at: draft.length, change: state.caret.change + 1 } };
}

function announcementAfter(state: ViewState, turns: Turn[]): string {
  const before = state.panel?.chat.turns ?? [];
  const changed = turns.findLast((turn) => {
    const known = before.find(({ id }) => id === turn.id);
    return known ? known.status !== turn.status : isRunning(turn);
  });
  return changed ? announcementOf(changed) : state.announcement;
}
