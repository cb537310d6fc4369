import { expect, test } from "vitest";

import { highlight } from "../../../extension/src/webview/highlight";

const PYTHON = `async def main() -> None:
    engine = Engine(index)  # one a folder

    print(f"event {event!r}", 42, """a
    b""")`;

function textOf(code: string, language: string): string {
  return highlight(code, language)
    .map((runs) => runs.map(({ text }) => text).join(""))
    .join("\n");
}

function coloured(code: string, language: string): [string, string | null][] {
  return highlight(code, language).flatMap((runs) =>
    runs.map(({ text, colour }): [string, string | null] => [text, colour]),
  );
}

test.each([
  ["python", PYTHON],
  ["html", "<p class='a'>\n<script>let a = `x\ny`;</script>\n<style>p { color: red }</style>"],
  ["typescript", "const a: Map<string, number> = new Map(); // <script>\n/* b\n c */"],
  ["markdown", "# a\n\n```js\nb()\n```\n"],
  ["no such language", "a < b && c > d"],
  ["python", ""],
])("highlighting %s loses or adds no text", (language, code) => {
  expect(textOf(code, language)).toBe(code);
});

test("keywords, strings, numbers and comments have their colours", () => {
  expect(coloured("return 'a' + 1  # why", "python")).toEqual([
    ["return", "keyword"],
    [" ", null],
    ["'a'", "string"],
    [" + ", null],
    ["1", "number"],
    ["  ", null],
    ["# why", "comment"],
  ]);
});

test("a colour continues on the next line", () => {
  expect(coloured('"""a\nb"""', "python")).toEqual([
    ['"""a', "string"],
    ['b"""', "string"],
  ]);
});

test("embedded code in another language is highlighted", () => {
  expect(coloured("<script>return 1</script>", "html")).toContainEqual(["return", "keyword"]);
});

test.each(["csharp", "tsx", "make", "vue", "bash", "toml", "kotlin", "sql"])(
  "the index language %s is supported",
  (language) => {
    const code = language === "vue" ? "<a b='c'>" : '"text" # 12\nclass a { }\nselect 1';
    expect(coloured(code, language).some(([, colour]) => colour !== null)).toBe(true);
  },
);

test("hidden characters are escaped", () => {
  expect(textOf("a = 1 # \u202E", "python")).toBe(String.raw`a = 1 # \u202E`);
});
