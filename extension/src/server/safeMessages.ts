/**
 * Removes links from messages that the server shows to the user. The language client shows them directly and offers no
 * middleware for them, so they are changed when they are received.
 */
import type { Message, MessageStrategy, NotificationMessage } from "vscode-jsonrpc";
import { withoutLinks } from "../text/links";

/** The methods whose text the language client shows, and the parameters that contain the text. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  "window/showMessage": ["message"],
  "window/showMessageRequest": ["message"],
  "$/progress": ["title", "message"],
};

/** Passes on each message of the server after removing links from the text that the client would show. */
export const messagesWithoutLinks: MessageStrategy = {
  handleMessage: (message, next) => next(linkless(message)),
};

function linkless(message: Message): Message {
  const { method, params } = message as Partial<NotificationMessage>;
  const names = method === undefined ? undefined : SHOWN[method];
  return names ? ({ ...message, params: replaced(params, names) } as Message) : message;
}

/** Returns the parameters without links in these texts. The texts of a progress message are in its `value`. */
function replaced(params: unknown, names: readonly string[]): unknown {
  if (typeof params !== "object" || params === null) return params;
  return Object.fromEntries(
    Object.entries(params).map(([name, value]: [string, unknown]) => {
      if (name === "value") return [name, replaced(value, names)];
      return [name, names.includes(name) && typeof value === "string" ? withoutLinks(value) : value];
    }),
  );
}
