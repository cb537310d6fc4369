/**
 * Text from a workspace, safe to show in a message. VS Code turns `[label](command:…)` in notifications, in their progress
 * and in input boxes into a link that runs any command with any arguments. A file name, a setting's value or a sentence
 * of the server may contain one.
 */
import { visible } from "./visible";

/** The start of a link's target: a scheme, which some editors accept after blanks, `<` or a backslash. */
const LINK_TARGET = /\](?=\([\s<\\]*[a-z][a-z0-9+.-]*:)/gi;
/** Markdown's other link, which VS Code ignores and some of its descendants do not. */
const AUTOLINK = /<(?=[a-z][a-z0-9+.-]*:(?!:)[^\s<>]*>)/gi;

/** The text with a blank put into each link, and hidden characters written out. Other text stays as it is. */
export function withoutLinks(text: string): string {
  return visible(text).replace(LINK_TARGET, "] ").replace(AUTOLINK, "< ");
}
