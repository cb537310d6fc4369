/** Where a question is written. Hides how it grows, how words that begin with `@` are completed, and what keys mean. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { canAsk, runningTurn, type ViewState } from "../reducer";
import { Completions, optionId } from "./completions";
import { type Controls, useControls } from "./controls";
import { Icon } from "./icon";

/** What the host accepts. */
const LONGEST_QUESTION = 20_000;

export function AskBox({ state }: { state: ViewState }): JSX.Element {
  const { send, dispatch } = useControls();
  const box = useRef<HTMLTextAreaElement>(null);
  const { completing } = state;
  const completes = completing !== null && completing.items.length > 0;
  useGrowth(box, state.draft);
  useCaret(box, state.caret);
  useEffect(() => {
    if (completing) send({ type: "complete", request: completing.request, word: completing.word });
  }, [completing?.request]);
  return (
    <div class="ask-box">
      {completes && <Completions completing={completing} />}
      <textarea
        ref={box}
        rows={1}
        value={state.draft}
        maxLength={LONGEST_QUESTION}
        placeholder="Ask, or narrow with @"
        aria-label="Ask about your code"
        aria-autocomplete="list"
        aria-controls={completes ? "completions" : undefined}
        aria-activedescendant={completes ? optionId(completing.selected) : undefined}
        onInput={({ currentTarget: { value, selectionStart } }) =>
          dispatch({ type: "typed", draft: value, caret: selectionStart })
        }
        onKeyDown={(event) => {
          if (!event.isComposing && handleKey(event, state, { send, dispatch })) event.preventDefault();
        }}
        onBlur={() => dispatch({ type: "completionsClosed" })}
      />
      <AskButton state={state} />
    </div>
  );
}

function AskButton({ state }: { state: ViewState }): JSX.Element {
  const { send, dispatch } = useControls();
  const running = runningTurn(state);
  if (running) {
    return (
      <button
        type="button"
        class="round-button"
        aria-label="Stop"
        title="Stop"
        onClick={() => send({ type: "stop", turn: running.id })}
      >
        <Icon name="debug-stop" />
      </button>
    );
  }
  return (
    <button
      type="button"
      class="round-button"
      aria-label="Ask"
      title="Ask (Enter)"
      disabled={!canAsk(state)}
      onClick={() => ask(state, { send, dispatch })}
    >
      <Icon name="arrow-up" />
    </button>
  );
}

/** Does what a key means here; false where it means what it always does. */
function handleKey(event: KeyboardEvent, state: ViewState, controls: Controls): boolean {
  if (
    state.completing &&
    state.completing.items.length > 0 &&
    completeByKey(event.key, state.completing.selected, controls)
  )
    return true;
  if (event.key === "Enter" && !event.shiftKey) {
    ask(state, controls);
    return true;
  }
  if (event.key !== "ArrowUp" || state.draft !== "") return false;
  controls.dispatch({ type: "recalled" });
  return true;
}

function completeByKey(key: string, selected: number, { dispatch }: Controls): boolean {
  switch (key) {
    case "ArrowDown":
    case "ArrowUp":
      dispatch({ type: "selected", step: key === "ArrowDown" ? 1 : -1 });
      return true;
    case "Enter":
    case "Tab":
      dispatch({ type: "completed", index: selected });
      return true;
    case "Escape":
      dispatch({ type: "completionsClosed" });
      return true;
    default:
      return false;
  }
}

function ask(state: ViewState, { send, dispatch }: Controls): void {
  if (!canAsk(state)) return;
  send({ type: "ask", question: state.draft.trim() });
  dispatch({ type: "asked" });
}

function useGrowth(box: { current: HTMLTextAreaElement | null }, draft: string): void {
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [draft]);
}

/** Puts the cursor where the draft was changed for the user; leaves the focus alone when the view is first drawn. */
function useCaret(box: { current: HTMLTextAreaElement | null }, caret: ViewState["caret"]): void {
  useLayoutEffect(() => {
    if (caret.change === 0) return;
    box.current?.focus();
    box.current?.setSelectionRange(caret.at, caret.at);
  }, [caret.change]);
}
