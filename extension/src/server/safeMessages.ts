/**
 * Makes the messages that the server has the editor show safe. The language client shows them by itself, without a
 * middleware for it, so they are changed on their way in.
 */
import type { Message, MessageStrategy, NotificationMessage } from "vscode-jsonrpc";
import { withoutLinks } from "../text/links";

/** The methods whose text the language client shows, and the names under which that text is sent. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  "window/showMessage": ["message"],
  "window/showMessageRequest": ["message"],
  "$/progress": ["title", "message"],
};

/** Passes each message of the server on, without links in what the client would show. */
export const messagesWithoutLinks: MessageStrategy = {
  handleMessage: (message, next) => next(linkless(message)),
};

function linkless(message: Message): Message {
  const { method, params } = message as Partial<NotificationMessage>;
  const names = method === undefined ? undefined : SHOWN[method];
  return names ? ({ ...message, params: replaced(params, names) } as Message) : message;
}

/** The same, with these texts replaced; those of a progress are in its `value`. */
function replaced(params: unknown, names: readonly string[]): unknown {
  if (typeof params !== "object" || params === null) return params;
  return Object.fromEntries(
    Object.entries(params).map(([name, value]: [string, unknown]) => {
      if (name === "value") return [name, replaced(value, names)];
      return [name, names.includes(name) && typeof value === "string" ? withoutLinks(value) : value];
    }),
  );
}
