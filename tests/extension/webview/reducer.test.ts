import { describe, expect, test } from "vitest";

import type { HostMessage, PanelState, Turn } from "../../../extension/src/panel/messages";
import {
  canAsk,
  cardsShown,
  initialState,
  reduce,
  runningTurn,
  type UiAction,
  type ViewState,
  wordAt,
} from "../../../extension/src/webview/reducer";
import { asking, panel, source, turn } from "./snapshots";

const start = initialState({ draft: "", scroll: null });

function after(...actions: (HostMessage | UiAction)[]): ViewState {
  return actions.reduce(reduce, start);
}

function shown(state: PanelState = panel()): HostMessage {
  return { type: "state", state };
}

function typed(draft: string, caret = draft.length): UiAction {
  return { type: "typed", draft, caret };
}

const ITEMS = [
  { insert: "@file", label: "@file", detail: "src/app.py" },
  { insert: "@src/", label: "src", detail: "src/" },
];

describe("snapshots", () => {
  test("a snapshot replaces the last one and leaves the draft alone", () => {
    const state = after(shown(), typed("draft"), shown(panel([])));
    expect(state.panel?.chat.turns).toEqual([]);
    expect(state.draft).toBe("draft");
  });

  test("a turn replaces the one with its ID; an unknown one changes nothing", () => {
    const state = after(shown(panel([turn({ id: "a" }), turn({ id: "b" })])), {
      type: "turn",
      turn: turn({ id: "b", text: "New." }),
    });
    expect(state.panel?.chat.turns.map(({ text }) => text)).toEqual(["It works [1].", "New."]);
    expect(reduce(state, { type: "turn", turn: turn({ id: "of another chat" }) }).panel).toEqual(state.panel);
  });

  test("a turn before any snapshot changes nothing", () => {
    expect(after({ type: "turn", turn: turn() })).toEqual(start);
  });
});

describe("screen reader announcements", () => {
  const announcement = (...turns: Turn[]): string =>
    turns.reduce((state, next) => reduce(state, { type: "turn", turn: next }), after(shown(panel([asking()]))))
      .announcement;

  test("are made when the status changes, not for each word", () => {
    const reading = asking({ status: "reading", sources: [source(1)] });
    expect(announcement()).toBe("Searching");
    expect(announcement(reading)).toBe("1 source found. Reading the sources");
    expect(announcement(reading, { ...reading, readFraction: 0.5 })).toBe("1 source found. Reading the sources");
    expect(announcement(asking({ status: "answering", text: "a" }), asking({ status: "answering", text: "a b" }))).toBe(
      "Answering",
    );
    expect(announcement(turn())).toBe("Answer complete");
  });

  test("are not made for a chat without a running answer", () => {
    expect(after(shown(panel([turn()]))).announcement).toBe("");
  });
});

describe("asking", () => {
  test("requires a draft, a running server and no running answer", () => {
    expect(canAsk(after(shown(), typed("  ")))).toBe(false);
    expect(canAsk(after(typed("a")))).toBe(false);
    expect(canAsk(after(shown(panel([], { situation: { kind: "starting" } })), typed("a")))).toBe(false);
    expect(canAsk(after(shown(panel([asking()])), typed("a")))).toBe(false);
    expect(canAsk(after(shown(), typed("a")))).toBe(true);
  });

  test("clears the box and scrolls to the end", () => {
    const state = after(shown(), typed("a"), { type: "scrolled", scroll: { chat: "chat", top: 7 } }, { type: "asked" });
    expect(state).toMatchObject({ draft: "", scroll: null });
  });

  test("a follow-up scrolls to the end and keeps the draft", () => {
    const state = after(typed("a"), { type: "scrolled", scroll: { chat: "chat", top: 7 } }, { type: "followed" });
    expect(state).toMatchObject({ draft: "a", scroll: null });
  });

  test("the running turn is the one that is being answered", () => {
    expect(runningTurn(after(shown(panel([turn(), asking({ id: "b" })]))))?.id).toBe("b");
    expect(runningTurn(after(shown()))).toBeUndefined();
  });

  test("the last question can be recalled", () => {
    expect(after(shown(), { type: "recalled" }).draft).toBe("How does it work?");
    expect(after(shown(panel([])), { type: "recalled" }).draft).toBe("");
  });

  test("the host can focus the box with or without a draft", () => {
    const state = after(typed("mine"), { type: "focus", draft: null });
    expect(state.draft).toBe("mine");
    expect(reduce(state, { type: "focus", draft: "yours" })).toMatchObject({
      draft: "yours",
      caret: { at: 5, change: 2 },
    });
  });
});

describe("the word being completed", () => {
  test.each([
    ["@", "@"],
    ["why @src/a", "@src/a"],
    ["(@fi", "@fi"],
    ['in @"my fi', '@"my fi'],
    ["a\n@b", "@b"],
  ])("%j", (draft, word) => {
    expect(wordAt(draft, draft.length)?.word).toBe(word);
  });

  test.each(["", "me@example", "@a b", '@"a b" c', `@${"a".repeat(1000)}`])("is none in %j", (draft) => {
    expect(wordAt(draft, draft.length)).toBeNull();
  });

  test("is the word before the cursor", () => {
    expect(wordAt("@ab cd", 2)).toEqual({ word: "@a", start: 0 });
  });
});

describe("completions", () => {
  const open = after(shown(), typed("why @s"), { type: "completions", request: 1, items: ITEMS });

  test("each new word sends a new request; a stale response is ignored", () => {
    const state = reduce(open, typed("why @sr"));
    expect(state.completing).toMatchObject({ request: 2, word: "@sr", items: ITEMS });
    expect(reduce(state, { type: "completions", request: 1, items: [] })).toBe(state);
    expect(reduce(state, { type: "completions", request: 2, items: [] }).completing?.items).toEqual([]);
  });

  test("the selection wraps around at both ends", () => {
    const chosen = (...steps: (1 | -1)[]): number | undefined =>
      steps.reduce((state, step) => reduce(state, { type: "selected", step }), open).completing?.selected;
    expect([chosen(1), chosen(1, 1), chosen(-1)]).toEqual([1, 0, 1]);
  });

  test("an accepted completion replaces the word and moves the cursor behind it", () => {
    const state = reduce(reduce(open, typed("why @s is", 6)), { type: "completed", index: 1 });
    expect(state).toMatchObject({ draft: "why @src/ is", completing: null, caret: { at: 9 } });
    expect(reduce(open, { type: "completed", index: 1 }).draft).toBe("why @src/ ");
  });

  test("an unfinished completion requests further completions", () => {
    const items = [{ insert: "@lang:", label: "@lang:", detail: "files in a language", unfinished: true }];
    const offered = reduce(open, { type: "completions", request: 1, items });
    const state = reduce(offered, { type: "completed", index: 0 });
    expect(state).toMatchObject({ draft: "why @lang:", caret: { at: 10 }, completing: { word: "@lang:", request: 2 } });
  });

  test("close on request and at the end of the word", () => {
    expect(reduce(open, { type: "completionsClosed" }).completing).toBeNull();
    expect(reduce(open, typed("why @s ")).completing).toBeNull();
  });
});

describe("sources", () => {
  const five = [1, 2, 3, 4, 5].map((number) => source(number));

  test("the best ones show their code until the answer starts", () => {
    expect(cardsShown(start, asking({ sources: five }))).toBe(3);
    expect(cardsShown(start, turn({ sources: five }))).toBe(0);
  });

  test("all or none show it if the user expands or collapses them", () => {
    const opened = after({ type: "sourcesToggled", turn: "turn", open: true });
    expect(cardsShown(opened, turn({ sources: five }))).toBe(5);
    expect(cardsShown(reduce(opened, { type: "sourcesToggled", turn: "turn", open: false }), asking())).toBe(0);
  });
});
