/** The whole panel: the header, the conversation or the setup step that it needs, and the ask box. */
import type { JSX } from "preact";

import type { PanelState } from "../../panel/messages";
import type { ViewState } from "../reducer";
import { setUpOf } from "../setUp";
import { AskBox } from "./askBox";
import { Chats } from "./chats";
import { Conversation } from "./conversation";
import { Header } from "./header";
import { SetUpRegion } from "./setUpRegion";
import { StatusLine } from "./statusLine";

/** Situations in which the ask box is hidden, because a question could not be asked later either. */
const WITHOUT_ASK_BOX = new Set(["noFolder", "untrusted", "failed"]);

export function App({ state }: { state: ViewState }): JSX.Element | null {
  const { panel } = state;
  if (!panel) return null;
  const setUp = setUpOf(panel);
  const fills = setUp !== null && panel.situation.kind !== "ready" && panel.chat.turns.length === 0;
  return (
    <div class="panel">
      <Header chat={panel.chat} open={state.chatsOpen} />
      {state.chatsOpen && <Chats chats={panel.chats} current={panel.chat.id} />}
      {fills ? <SetUpRegion setUp={setUp} fills /> : <Conversation state={state} panel={panel} />}
      <div class="dock">
        {setUp && !fills && <SetUpRegion setUp={setUp} />}
        {canDraft(panel) && <AskBox state={state} />}
        <StatusLine panel={panel} />
      </div>
      <div class="unseen" aria-live="polite">
        {state.announcement}
      </div>
    </div>
  );
}

function canDraft({ situation }: PanelState): boolean {
  return !WITHOUT_ASK_BOX.has(situation.kind);
}
