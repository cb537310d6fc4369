/** The turns of the chat. Hides how the log follows its end while the reader is there, and stays put where he is not. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import type { PanelState } from "../../panel/messages";
import { cardsShown, runningTurn, type ViewState } from "../reducer";
import { useControls } from "./controls";
import { IconButton } from "./icon";
import { TurnArticle } from "./turn";
import { Welcome } from "./welcome";

/** The reader is at the end when no more than this is below; a line of text, in pixels. */
const NEARLY = 24;

export function Conversation({ state, panel }: { state: ViewState; panel: PanelState }): JSX.Element {
  const { dispatch } = useControls();
  const log = useRef<HTMLDivElement>(null);
  const { chat } = panel;
  const top = state.scroll?.chat === chat.id ? state.scroll.top : null;
  const seen = useRef(0);
  useLayoutEffect(() => {
    if (log.current && top !== null) log.current.scrollTop = top;
  }, [chat.id]);
  useLayoutEffect(() => {
    if (log.current && top === null) log.current.scrollTop = log.current.scrollHeight;
  });
  const settle = (at: number | null): void => dispatch({ type: "scrolled", scroll: { chat: chat.id, top: at } });
  function follow({ scrollTop, scrollHeight, clientHeight }: HTMLElement): void {
    const below = scrollHeight - scrollTop - clientHeight;
    const atEnd = below <= 1 || (below <= NEARLY && scrollTop >= seen.current);
    seen.current = scrollTop;
    if (atEnd ? top !== null : top !== scrollTop) settle(atEnd ? null : scrollTop);
  }
  const busy = runningTurn(state) !== undefined;
  return (
    <div class="conversation">
      <div
        ref={log}
        class="log"
        role="log"
        aria-live="polite"
        aria-label="Conversation"
        tabIndex={-1}
        onScroll={(event) => follow(event.currentTarget)}
      >
        {chat.turns.length === 0 && <Welcome panel={panel} />}
        {chat.turns.map((turn) => (
          <TurnArticle
            key={turn.id}
            turn={turn}
            cards={cardsShown(state, turn)}
            busy={busy}
            last={turn === chat.turns.at(-1)}
          />
        ))}
      </div>
      {top !== null && <IconButton icon="arrow-down" label="Go to the end" class="to-end" onClick={() => settle(null)} />}
    </div>
  );
}
