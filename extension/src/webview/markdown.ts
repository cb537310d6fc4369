/**
 * Parses a model's Markdown into a small tree that the panel can show. Hides markdown-it and the supported subset of
 * Markdown: text, emphasis, lists, tables and code. HTML, links and images stay plain text.
 *
 * The tree contains neither HTML nor URLs, so a model cannot inject any. `[1]` becomes a citation only if the answer has
 * that source, and a name in backticks becomes a mention only if it was looked up in the code.
 */

import type { Token } from "markdown-it";
import MarkdownIt from "markdown-it";

import type { Turn } from "../panel/messages";
import { visible } from "../text/visible";

export type Tag = (typeof TAGS)[number];

export type AnswerNode =
  | { kind: "text"; text: string }
  | { kind: "citation"; number: number }
  | { kind: "mention"; name: string; text: string; place: string | null }
  | { kind: "code"; text: string }
  | { kind: "codeBlock"; language: string; text: string }
  | { kind: "element"; tag: Tag; start: number | null; align: string | null; children: AnswerNode[] };

/** The sources and mentions that an answer may refer to. */
export type Referable = Pick<Turn, "sources" | "mentions">;

type Element = Extract<AnswerNode, { kind: "element" }>;

const TAGS = [
  ...["p", "ul", "ol", "li", "blockquote", "hr", "br", "em", "strong", "s"],
  ...["h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"],
] as const;

/**
 * Disabled rules. `lheading` is disabled because, while an answer streams, the first `-` of a list would turn the line
 * above into a heading.
 */
const UNTRUSTED = ["html_block", "html_inline", "link", "image", "autolink", "reference", "lheading"];

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable(UNTRUSTED);

/** Matches a sequence of `[1]`, `[1, 2]` or `[1][2]`, but neither `rows[0]` nor the text of a link. */
const CITATIONS = /(?<![\w\])])(?:\[\d{1,6}(?:\s*(?:,|and|&)\s*\d{1,6})*\])+(?!\()/g;

const CALLED_NAME = /^([^\s(]+)\(.*\)$/;

/** Parses an answer into blocks. Accepts an incomplete answer at any point of streaming. */
export function readAnswer(text: string, referable: Referable): AnswerNode[] {
  const root = element("p");
  const open: Element[] = [root];
  for (const token of markdown.parse(visible(text), {})) place(token, open, referable);
  return root.children;
}

/** Removes an ending from the text of a streaming answer that may still become a citation or close a code block. */
export function settled(text: string): string {
  return text.replace(/\[[\d, ]*$|(?<=\n[ ]*)`{1,2}$/, "");
}

function place(token: Token, open: Element[], referable: Referable): void {
  const into = open.at(-1)?.children;
  if (!into) return;
  if (token.nesting === -1) open.pop();
  else if (token.nesting === 1) {
    const opened = elementOf(token);
    if (!token.hidden) into.push(opened);
    // A hidden paragraph belongs to a tight list: its children go into the list item.
    open.push(token.hidden ? { ...opened, children: into } : opened);
  } else if (token.type === "inline") for (const child of token.children ?? []) place(child, open, referable);
  else into.push(...leaves(token, referable));
}

function leaves(token: Token, referable: Referable): AnswerNode[] {
  switch (token.type) {
    case "fence":
    case "code_block":
      return [
        { kind: "codeBlock", language: token.info.trim().split(/[\s{:,]/)[0] ?? "", text: visible(token.content) },
      ];
    case "code_inline":
      return [mentionOrCode(visible(token.content), referable)];
    case "hardbreak":
      return [element("br")];
    case "softbreak":
      return [{ kind: "text", text: "\n" }];
    case "hr":
      return [element("hr")];
    default:
      return cited(visible(token.content), new Set(referable.sources.map((source) => source.number)));
  }
}

/** Splits text at citations of existing sources. */
export function cited(text: string, sources: ReadonlySet<number>): AnswerNode[] {
  const nodes: AnswerNode[] = [];
  let end = 0;
  for (const match of text.matchAll(CITATIONS)) {
    const numbers = (match[0].match(/\d+/g) ?? []).map(Number);
    if (!numbers.some((number) => sources.has(number))) continue;
    nodes.push(...plain(text.slice(end, match.index)));
    for (const number of numbers) nodes.push(sources.has(number) ? { kind: "citation", number } : literal(number));
    end = match.index + match[0].length;
  }
  return [...nodes, ...plain(text.slice(end))];
}

function mentionOrCode(text: string, { mentions }: Referable): AnswerNode {
  const name = CALLED_NAME.exec(text)?.[1] ?? text;
  const mention = mentions.find((known) => known.name === text || known.name === name);
  return mention ? { kind: "mention", name: mention.name, text, place: mention.place } : { kind: "code", text };
}

function elementOf(token: Token): Element {
  const tag = TAGS.find((known) => known === token.tag) ?? "p";
  const start = token.attrGet("start");
  const align = /^text-align:(left|center|right)$/.exec(String(token.attrGet("style")))?.[1] ?? null;
  return { ...element(tag), start: start === null ? null : Number(start), align };
}

function element(tag: Tag): Element {
  return { kind: "element", tag, start: null, align: null, children: [] };
}

function plain(text: string): AnswerNode[] {
  return text ? [{ kind: "text", text }] : [];
}

function literal(number: number): AnswerNode {
  return { kind: "text", text: `[${number}]` };
}
