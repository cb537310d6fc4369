/** The title of the chat, and buttons for a new chat and the chat history. */
import type { JSX } from "preact";

import type { Chat } from "../../panel/messages";
import { visibleLine } from "../../text/visible";
import { useControls } from "./controls";
import { IconButton } from "./icon";

export function Header({ chat, open }: { chat: Chat; open: boolean }): JSX.Element {
  const { send, dispatch } = useControls();
  const title = visibleLine(chat.title);
  return (
    <header class="header">
      <h1 class="chat-title" title={title}>
        {title}
      </h1>
      <IconButton icon="add" label="New Chat" onClick={() => send({ type: "newChat" })} />
      <IconButton
        icon="history"
        label="Chat History"
        class="chats-toggle"
        expanded={open}
        onClick={() => dispatch({ type: "chatsToggled", open: !open })}
      />
    </header>
  );
}
