/** The input box for questions. Hides its automatic height, the completion of `@` words, and its keys. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { canAsk, runningTurn, type ViewState } from "../reducer";
import { Completions, optionId } from "./completions";
import { type Controls, useControls } from "./controls";
import { Icon } from "./icon";

/** The limit of the host. */
const MAX_QUESTION_LENGTH = 20_000;

export function AskBox({ state }: { state: ViewState }): JSX.Element {
  const { send, dispatch } = useControls();
  const box = useRef<HTMLTextAreaElement>(null);
  const { completing } = state;
  const completes = completing !== null && completing.items.length > 0;
  useAutoHeight(box, state.draft);
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
        maxLength={MAX_QUESTION_LENGTH}
        placeholder="Ask, or type @ to narrow the search"
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

/** Handles a key. Returns false if the key should have its default effect. */
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

function useAutoHeight(box: { current: HTMLTextAreaElement | null }, draft: string): void {
  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [draft]);
}

/** Moves the cursor after the program changed the draft. Does not take the focus on the first render. */
function useCaret(box: { current: HTMLTextAreaElement | null }, caret: ViewState["caret"]): void {
  useLayoutEffect(() => {
    if (caret.change === 0) return;
    box.current?.focus();
    box.current?.setSelectionRange(caret.at, caret.at);
  }, [caret.change]);
}
