/** The turns of the chat. Hides how the log follows its end while the reader is there, and else stays where it is. */
import type { JSX, RefObject } from "preact";
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
      {!following && <IconButton icon="arrow-down" label="Go to the end" class="to-end" onClick={goToEnd} />}
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
  const seen = useRef(0);
  const top = state.scroll?.chat === chat ? state.scroll.top : null;
  const settle = (at: number | null): void => dispatch({ type: "scrolled", scroll: { chat, top: at } });
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
    // Within the last line, but on the way up, the reader is leaving.
    const atEnd = below <= 1 || (below <= NEARLY && scrollTop >= seen.current);
    seen.current = scrollTop;
    if (atEnd ? top !== null : top !== scrollTop) settle(atEnd ? null : scrollTop);
  }
  return { log, following: top === null, follow, goToEnd: () => settle(null) };
}
