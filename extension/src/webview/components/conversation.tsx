/** The turns of the chat. Hides scrolling: the log follows its end while the user is there, else it keeps its position. */
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import type { PanelState } from "../../panel/messages";
import { cardsShown, runningTurn, type ViewState } from "../reducer";
import { useControls } from "./controls";
import { IconButton } from "./icon";
import { TurnArticle } from "./turn";
import { Welcome } from "./welcome";

/** The user is at the end if at most this many pixels, a line of text, are below the visible part. */
const END_TOLERANCE = 24;

export function Conversation({ state, panel }: { state: ViewState; panel: PanelState }): JSX.Element {
  const { chat } = panel;
  const { log, following, follow, goToEnd } = useFollowing(state, chat.id);
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
        onScroll={follow}
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
      {!following && <IconButton icon="arrow-down" label="Scroll to the end" class="to-end" onClick={goToEnd} />}
    </div>
  );
}

interface Following {
  log: RefObject<HTMLDivElement | null>;
  following: boolean;
  follow: () => void;
  goToEnd: () => void;
}

function useFollowing(state: ViewState, chat: string): Following {
  const { dispatch } = useControls();
  const log = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const top = state.scroll?.chat === chat ? state.scroll.top : null;
  const setTop = (at: number | null): void => dispatch({ type: "scrolled", scroll: { chat, top: at } });
  useLayoutEffect(() => {
    if (log.current && top !== null) log.current.scrollTop = top;
  }, [chat]);
  useLayoutEffect(() => {
    if (log.current && top === null) log.current.scrollTop = log.current.scrollHeight;
  });
  function follow(): void {
    if (!log.current) return;
    const { scrollTop, scrollHeight, clientHeight } = log.current;
    const below = scrollHeight - scrollTop - clientHeight;
    // A user who scrolls up within the last line is leaving the end.
    const atEnd = below <= 1 || (below <= END_TOLERANCE && scrollTop >= lastTop.current);
    lastTop.current = scrollTop;
    if (atEnd ? top !== null : top !== scrollTop) setTop(atEnd ? null : scrollTop);
  }
  return { log, following: top === null, follow, goToEnd: () => setTop(null) };
}
