/**
 * Makes text from a workspace safe to show in messages. VS Code turns `[label](command:…)` in notifications, progress
 * messages and input boxes into a link that runs any command with any arguments. File names, setting values and messages
 * from the server may contain such links.
 */
import { visible } from "./visible";

/** The start of a link's target: a scheme, which some editors accept after whitespace, `<` or a backslash. */
const LINK_TARGET = /\](?=\([\s<\\]*[a-z][a-z0-9+.-]*:)/gi;
/** Markdown's autolinks, which VS Code ignores but some of its forks do not. */
const AUTOLINK = /<(?=[a-z][a-z0-9+.-]*:(?!:)[^\s<>]*>)/gi;

/** Breaks each link by inserting a space, and escapes hidden characters. Leaves other text unchanged. */
export function withoutLinks(text: string): string {
  return visible(text).replace(LINK_TARGET, "] ").replace(AUTOLINK, "< ");
}
