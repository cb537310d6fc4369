/**
 * Highlights code. Hides highlight.js and the bundled languages. Instead of generating HTML, highlight.js emits its tokens
 * to `Lines`, which collects runs of text, split at line ends. Without HTML, nothing needs to be sanitised.
 */
import type { Emitter } from "highlight.js";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import dart from "highlight.js/lib/languages/dart";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import elixir from "highlight.js/lib/languages/elixir";
import fortran from "highlight.js/lib/languages/fortran";
import go from "highlight.js/lib/languages/go";
import haskell from "highlight.js/lib/languages/haskell";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import julia from "highlight.js/lib/languages/julia";
import kotlin from "highlight.js/lib/languages/kotlin";
import lua from "highlight.js/lib/languages/lua";
import makefile from "highlight.js/lib/languages/makefile";
import markdown from "highlight.js/lib/languages/markdown";
import perl from "highlight.js/lib/languages/perl";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import r from "highlight.js/lib/languages/r";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import scala from "highlight.js/lib/languages/scala";
import scss from "highlight.js/lib/languages/scss";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

import { visible } from "../text/visible";

export type Colour =
  | "comment"
  | "deleted"
  | "function"
  | "inserted"
  | "keyword"
  | "number"
  | "string"
  | "type"
  | "variable";

/** Text of one colour; `colour` is null for plain text. */
export interface Run {
  text: string;
  colour: Colour | null;
}

const LANGUAGES = {
  ...{ bash, c, cpp, csharp, css, dart, diff, dockerfile, elixir, fortran, go, haskell, ini, java, javascript, json },
  ...{ julia, kotlin, lua, makefile, markdown, perl, php, python, r, ruby, rust, scala, scss, sql, swift, typescript },
  ...{ xml, yaml },
};

/** Language names of the index that differ from those of highlight.js. */
const ALIASES = { xml: ["vue", "svelte", "astro"], makefile: ["make"], scss: ["less"], haskell: ["elm"] };

/** Colours of the scopes of highlight.js. A specific scope takes precedence over a general one. */
const COLOURS: Record<string, Colour> = {
  ...{ addition: "inserted", attr: "variable", attribute: "variable", built_in: "type", bullet: "keyword" },
  ...{ char: "string", class: "type", code: "string", comment: "comment", deletion: "deleted", doctag: "comment" },
  ...{ keyword: "keyword", link: "string", literal: "keyword", meta: "keyword", name: "keyword", number: "number" },
  ...{ quote: "comment", regexp: "string", section: "function", selector: "type", string: "string", symbol: "number" },
  ...{ tag: "keyword", template: "variable", title: "function", "title.class": "type", type: "type" },
  ...{ variable: "variable", "variable.language": "keyword" },
};

/** Longer text is not highlighted: it would cause a noticeable delay. */
const MAX_LENGTH = 50_000;

class Lines implements Emitter {
  readonly lines: Run[][] = [[]];
  private readonly scopes: (Colour | null)[] = [];

  /** Highlight.js calls this method instead of the declared `startScope`, and `closeNode` instead of `endScope`. */
  openNode(name: string): void {
    const [first = "", second = ""] = name.split(".");
    this.scopes.push(COLOURS[`${first}.${second}`] ?? COLOURS[first.replace(/-.*/, "")] ?? this.colour);
  }

  closeNode(): void {
    this.scopes.pop();
  }

  startScope(name: string): void {
    this.openNode(name);
  }

  endScope(): void {
    this.closeNode();
  }

  addText(text: string): void {
    text.split("\n").forEach((part, index) => {
      if (index > 0) this.lines.push([]);
      if (part) this.lines.at(-1)?.push({ text: part, colour: this.colour });
    });
  }

  /** Adds embedded code in another language, such as a script in an HTML page. */
  __addSublanguage(inner: Emitter): void {
    if (!(inner instanceof Lines)) return;
    const [first = [], ...rest] = inner.lines;
    this.lines.at(-1)?.push(...first);
    this.lines.push(...rest);
  }

  finalize(): void {
    this.scopes.length = 0;
  }

  toHTML(): string {
    return "";
  }

  private get colour(): Colour | null {
    return this.scopes.at(-1) ?? null;
  }
}

hljs.configure({ __emitter: Lines });
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);
for (const [languageName, names] of Object.entries(ALIASES)) hljs.registerAliases(names, { languageName });

/** Returns the lines of the code, each as runs of text. Code in an unknown language is plain text. */
export function highlight(code: string, language: string): Run[][] {
  const text = visible(code);
  const emitter = text.length <= MAX_LENGTH && hljs.getLanguage(language) ? emitted(text, language) : new Lines();
  if (emitter.lines.length === 1 && emitter.lines[0]?.length === 0) emitter.addText(text);
  return emitter.lines;
}

function emitted(text: string, language: string): Lines {
  const { _emitter: emitter } = hljs.highlight(text, { language, ignoreIllegals: true });
  return emitter instanceof Lines ? emitter : new Lines();
}
