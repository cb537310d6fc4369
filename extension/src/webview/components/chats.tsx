/** The list of stored chats. It covers the conversation, and closes on Escape or a click outside. */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

import type { ChatSummary } from "../../panel/messages";
import { visibleLine } from "../../text/visible";
import { ago, counted } from "../wording";
import { useControls } from "./controls";
import { IconButton } from "./icon";

export function Chats({ chats, current }: { chats: ChatSummary[]; current: string }): JSX.Element {
  const { dispatch } = useControls();
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const opened = dialog.current;
    const opener = document.activeElement;
    (opened?.querySelector("button") ?? opened)?.focus();
    return () => {
      const { activeElement } = document;
      const isFocusFree = activeElement === document.body || opened?.contains(activeElement);
      if (isFocusFree && opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  useDismiss(() => dispatch({ type: "chatsToggled", open: false }));
  return (
    <div ref={dialog} class="chats" role="dialog" aria-label="Chats" tabIndex={-1}>
      {chats.length === 0 && <p class="quiet">No chats yet.</p>}
      <ul role="list">
        {chats.map((chat) => (
          <ChatRow key={chat.id} chat={chat} current={chat.id === current} />
        ))}
      </ul>
    </div>
  );
}

/** Calls `dismiss` when the user presses Escape or clicks outside. */
function useDismiss(dismiss: () => void): void {
  useLayoutEffect(() => {
    const onPointer = ({ target }: Event): void => {
      if (!(target instanceof Element && target.closest(".chats, .chats-toggle"))) dismiss();
    };
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === "Escape") dismiss();
    };
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("keydown", onKey);
    };
  });
}

function ChatRow({ chat, current }: { chat: ChatSummary; current: boolean }): JSX.Element {
  const { send, dispatch } = useControls();
  const title = visibleLine(chat.title);
  function open(): void {
    send({ type: "openChat", chat: chat.id });
    dispatch({ type: "chatsToggled", open: false });
  }
  return (
    <li class="chat-row">
      <button
        type="button"
        class="chat"
        aria-current={current}
        title={`${title}, ${counted(chat.turns, "question")}`}
        onClick={open}
      >
        <span class="chat-name">{title}</span>
        <span class="chat-age">{ago(chat.changed, Date.now())}</span>
      </button>
      <IconButton
        icon="trash"
        label={`Delete chat: ${title}`}
        onClick={() => send({ type: "deleteChat", chat: chat.id })}
      />
    </li>
  );
}
