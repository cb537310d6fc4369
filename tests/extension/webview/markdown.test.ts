import { describe, expect, test } from "vitest";

import { type AnswerNode, cited, readAnswer, settled } from "../../../extension/src/webview/markdown";
import { source } from "./snapshots";

const referable = {
  sources: [source(1), source(2), source(3)],
  mentions: [
    { name: "Engine.ask", place: "src/engine.py:12" },
    { name: "Invented", place: null },
  ],
};

function read(text: string): AnswerNode[] {
  return readAnswer(text, referable);
}

/** A compact form of the tree: elements by tag, everything else by kind. */
function sketch(nodes: AnswerNode[]): string {
  return nodes.map(sketchOf).join("");
}

function sketchOf(node: AnswerNode): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "citation":
      return `{${node.number}}`;
    case "element":
      return `(${node.tag} ${sketch(node.children)})`;
    case "mention":
      return `{${node.name}|${node.text}|${node.place ?? "unknown"}}`;
    default:
      return `{${node.kind}|${node.text}}`;
  }
}

describe("potentially harmful output of a model stays text", () => {
  test.each([
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[x](command:workbench.action.quit)",
    "[x](javascript:alert(1))",
    "![x](http://example.com/x.png)",
    "<http://example.com>",
    "https://example.com",
    "[x][y]",
    "<b>[x](command:a)</b> ![<i>](data:text/html,x)",
  ])("%s", (text) => {
    expect(read(text)).toEqual([
      { kind: "element", tag: "p", start: null, align: null, children: [{ kind: "text", text }] },
    ]);
  });

  test("a block of HTML", () => {
    expect(sketch(read("<div>\n<script>a</script>\n</div>"))).toBe("(p <div>\n<script>a</script>\n</div>)");
  });

  test("a link definition is kept as text", () => {
    expect(sketch(read("[x]: command:evil"))).toBe("(p [x]: command:evil)");
  });

  test("entities become characters, not markup; hidden ones are escaped", () => {
    expect(sketch(read("&lt;script&gt; &#x202E; &#8203;"))).toBe(String.raw`(p <script> \u202E \u200B)`);
  });

  test("hidden characters in code are escaped", () => {
    expect(sketch(read("`a\u202Eb`\n\n```\nc\u2066d\n```"))).toBe(
      String.raw`(p {code|a\u202Eb}){codeBlock|c\u2066d` + "\n}",
    );
  });
});

describe("supported Markdown", () => {
  test("emphasis, lists and quotes", () => {
    expect(sketch(read("**a** *b* ~~c~~\n\n- d\n- e\n\n> f"))).toBe(
      "(p (strong a) (em b) (s c))(ul (li d)(li e))(blockquote (p f))",
    );
  });

  test("an ordered list keeps its first number", () => {
    expect(read("3. a")).toMatchObject([{ tag: "ol", start: 3 }]);
  });

  test("a table keeps its alignment", () => {
    const [table] = read("| a | b |\n| --- | ---: |\n| c | d |");
    expect(sketch(table ? [table] : [])).toBe("(table (thead (tr (th a)(th b)))(tbody (tr (td c)(td d))))");
    expect(JSON.stringify(table)).toContain('"align":"right"');
  });

  test("a code block has its language and its text", () => {
    expect(read("```python title\na = 1\n```")).toEqual([{ kind: "codeBlock", language: "python", text: "a = 1\n" }]);
  });
});

describe("a streaming answer", () => {
  test("an unclosed fence is already a code block", () => {
    expect(read("```ts\nconst a")).toEqual([{ kind: "codeBlock", language: "ts", text: "const a" }]);
  });

  test("an ending that may become a citation or a fence is removed", () => {
    expect(settled("See [1")).toBe("See ");
    expect(settled("See [1, ")).toBe("See ");
    expect(settled("```\na\n``")).toBe("```\na\n");
    expect(settled("See [1] and `a`")).toBe("See [1] and `a`");
  });

  test("the first dash of a list does not turn the line above it into a heading", () => {
    expect(sketch(read("Steps:\n-"))).not.toContain("h2");
  });
});

describe("citations", () => {
  const known = new Set([1, 2, 3]);

  test.each([
    ["See [1].", "See {1}."],
    ["See [1, 2] and [2][3]", "See {1}{2} and {2}{3}"],
    ["See [1 and 2]", "See {1}{2}"],
    ["See [9]", "See [9]"],
    ["See [1, 9]", "See {1}[9]"],
    ["rows[1] and f()[1]", "rows[1] and f()[1]"],
    ["[1](command:evil)", "[1](command:evil)"],
    ["[1]", "{1}"],
    ["[]", "[]"],
    ["[99999999999]", "[99999999999]"],
  ])("%s", (text, expected) => {
    expect(sketch(cited(text, known))).toBe(expected);
  });

  test("are found in emphasis and lists, but not in code", () => {
    expect(sketch(read("**[1]**\n\n- [2]\n\n`[1]`\n\n```\n[1]\n```"))).toBe(
      "(p (strong {1}))(ul (li {2}))(p {code|[1]}){codeBlock|[1]\n}",
    );
  });
});

describe("names in backticks", () => {
  test("have a location if they exist in the code, with or without arguments", () => {
    expect(sketch(read("`Engine.ask` `Engine.ask(1, 2)`"))).toBe(
      "(p {Engine.ask|Engine.ask|src/engine.py:12} {Engine.ask|Engine.ask(1, 2)|src/engine.py:12})",
    );
  });

  test("are unknown if the code does not contain them, and code if they were not looked up", () => {
    expect(sketch(read("`Invented` `a + b`"))).toBe("(p {Invented|Invented|unknown} {code|a + b})");
  });
});
