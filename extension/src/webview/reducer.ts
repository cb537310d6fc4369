/**
 * What the view knows, and how it changes. Everything about the conversation is the host's last snapshot; the view's
 * own are only the draft, the completions, what is open and where the log stands. Pure: messages are sent elsewhere.
 */
import { type Completion, type HostMessage, isRunning, type PanelState, type Turn } from "../panel/messages";
import { announcementOf } from "./wording";

/** The word at the cursor that begins with `@`, being completed. `request` numbers what the host was asked. */
export interface Completing {
  request: number;
  word: string;
  start: number;
  end: number;
  items: Completion[];
  selected: number;
}

/** Where the log of a chat stands; `top` is null while it follows its end. */
export interface Scroll {
  chat: string;
  top: number | null;
}

/** What outlives the view: VS Code hands it back when the view is shown again. */
export interface Kept {
  draft: string;
  scroll: Scroll | null;
}

export interface ViewState extends Kept {
  panel: PanelState | null;
  /** Where the cursor is to be put after the draft was changed for the user, and the box to be focused. */
  caret: { at: number; change: number };
  completing: Completing | null;
  requests: number;
  chatsOpen: boolean;
  /** Turns whose sources the user opened or closed. */
  unfolded: Record<string, boolean>;
  /** The last news for a screen reader. */
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

const LONGEST_WORD = 1000;

/** Sources that show their code before there is an answer. */
const BEST = 3;

export function initialState(kept: Kept): ViewState {
  return {
    ...kept,
    panel: null,
    caret: { at: kept.draft.length, change: 0 },
    completing: null,
    requests: 0,
    chatsOpen: false,
    unfolded: {},
    announcement: "",
  };
}

/** The state after a message of the host or an act of the user. */
export function reduce(state: ViewState, action: HostMessage | UiAction): ViewState {
  switch (action.type) {
    case "state":
      return { ...state, panel: action.state, announcement: newsOf(state, action.state.chat.turns) };
    case "turn":
      return withTurn(state, action.turn);
    case "completions":
      return withCompletions(state, action.request, action.items);
    case "focus":
      return drafted({ ...state, chatsOpen: false }, action.draft ?? state.draft);
    case "typed":
      return typed(state, action.draft, action.caret);
    case "asked":
      return { ...drafted(state, ""), scroll: null };
    case "followed":
      return { ...state, scroll: null };
    case "recalled":
      return drafted(state, state.panel?.chat.turns.at(-1)?.question ?? state.draft);
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

/** The turn that is being answered, if one is. */
export function runningTurn(state: ViewState): Turn | undefined {
  return state.panel?.chat.turns.find(isRunning);
}

/** Whether the draft can be asked now. */
export function canAsk(state: ViewState): boolean {
  return state.draft.trim() !== "" && state.panel?.situation.kind === "ready" && !runningTurn(state);
}

/**
 * How many of a turn's sources show their code: the best ones until the answer begins, then none, so that the answer is
 * what one sees; or all or none, as the user chose.
 */
export function cardsShown(state: ViewState, turn: Turn): number {
  const chosen = state.unfolded[turn.id];
  if (chosen !== undefined) return chosen ? turn.sources.length : 0;
  return turn.text === "" ? Math.min(BEST, turn.sources.length) : 0;
}

/** The word before the cursor that begins with `@`, as `@src/app` or `@"a file"`. */
export function wordAt(draft: string, caret: number): { word: string; start: number } | null {
  const match = /(?:^|[\s(])(@(?:"[^"\n]*"?|[^\s"]*))$/.exec(draft.slice(0, caret));
  const word = match?.[1];
  return word === undefined || word.length > LONGEST_WORD ? null : { word, start: caret - word.length };
}

function withTurn(state: ViewState, turn: Turn): ViewState {
  if (!state.panel) return state;
  const { chat } = state.panel;
  const turns = chat.turns.map((known) => (known.id === turn.id ? turn : known));
  return { ...state, panel: { ...state.panel, chat: { ...chat, turns } }, announcement: newsOf(state, turns) };
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
  // The items of the last word stay until the new ones come, so that the list does not flicker while one types.
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
  const taken = { ...drafted(state, head + rest), caret: { at: head.length, change: state.caret.change + 1 } };
  return item.unfinished ? typed(taken, taken.draft, head.length) : taken;
}

function drafted(state: ViewState, draft: string): ViewState {
  return { ...state, draft, completing: null, caret: { at: draft.length, change: state.caret.change + 1 } };
}

function newsOf(state: ViewState, turns: Turn[]): string {
  const before = state.panel?.chat.turns ?? [];
  const changed = turns.findLast((turn) => {
    const known = before.find(({ id }) => id === turn.id);
    return known ? known.status !== turn.status : isRunning(turn);
  });
  return changed ? announcementOf(changed) : state.announcement;
}
