/** The stored chats, as a list that opens over the conversation and closes by Escape or by turning elsewhere. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { ChatSummary } from "../../panel/messages";
import { visibleLine } from "../visible";
import { ago, counted } from "../wording";
import { useControls } from "./controls";
import { IconButton } from "./icon";

export function Chats({ chats, current }: { chats: ChatSummary[]; current: string }): JSX.Element {
  const { dispatch } = useControls();
  const dialog = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    (dialog.current?.querySelector("button") ?? dialog.current)?.focus();
    return () => {
      if (opener instanceof HTMLElement && document.activeElement === document.body) opener.focus();
    };
  }, []);
  useEffect(() => {
    const close = ({ target }: Event): void => {
      const inside = target instanceof Element && target.closest(".chats, .chats-toggle");
      if (!inside) dispatch({ type: "chatsToggled", open: false });
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, [dispatch]);
  return (
    <div
      ref={dialog}
      class="chats"
      role="dialog"
      aria-label="Chats"
      tabIndex={-1}
      onKeyDown={(event) => event.key === "Escape" && dispatch({ type: "chatsToggled", open: false })}
    >
      {chats.length === 0 && <p class="quiet">No chats yet.</p>}
      <ul role="list">
        {chats.map((chat) => (
          <ChatRow key={chat.id} chat={chat} current={chat.id === current} />
        ))}
      </ul>
    </div>
  );
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
      <button type="button" class="chat" aria-current={current} title={`${title}, ${counted(chat.turns, "question")}`} onClick={open}>
        <span class="chat-name">{title}</span>
        <span class="chat-age">{ago(chat.changed, Date.now())}</span>
      </button>
      <IconButton icon="trash" label={`Delete chat: ${title}`} onClick={() => send({ type: "deleteChat", chat: chat.id })} />
    </li>
  );
}
