/** Shows the server's hovers. Links in a hover may run only one command: “Explain This”. */
import * as vscode from "vscode";
import type { HoverMiddleware } from "vscode-languageclient";
import { hoverEnabled } from "../settings";

const TRUSTED = { enabledCommands: ["sourcewise.explain"] };

/** Middleware for hover requests: applies the setting and restricts the contents. */
export const hoverMiddleware: HoverMiddleware = {
  async provideHover(document, position, token, next) {
    if (!hoverEnabled()) return undefined;
    const hover = await next(document, position, token);
    if (!hover) return undefined;
    const texts = hover.contents.filter((content) => content instanceof vscode.MarkdownString);
    return new vscode.Hover(texts.map(asLimited), hover.range);
  },
};

function asLimited(text: vscode.MarkdownString): vscode.MarkdownString {
  text.isTrusted = TRUSTED;
  text.supportHtml = false;
  text.supportThemeIcons = false;
  return text;
}
