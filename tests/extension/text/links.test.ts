import { describe, expect, it } from "vitest";
import { withoutLinks } from "../../../extension/src/text/links";

/** The link pattern of VS Code (`src/vs/base/common/linkedText.ts`), which applies after line breaks become spaces. */
const VS_CODE_LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const shownBy = (text: string): string => text.replace(/\r\n|\n|\r/g, " ").trim();

describe("text in a message", () => {
  it.each([
    ["a command", "[Read this](command:workbench.action.quit).py"],
    ["a command with arguments", '[x](command:vscode.open?%5B%22https%3A%2F%2Fevil%22%5D "Safe")'],
    ["a command in capitals", "[x](COMMAND:workbench.action.quit)"],
    ["an address", "[Sourcewise's manual](https://evil.example/)"],
    ["a file", "[x](file:///etc/passwd)"],
    ["a label over two lines", "[Finish\nthe set-up](command:a)"],
    ["several", "[a](command:b)[c](command:d) [e](command:f)"],
    ["one inside brackets", "[[x](command:a)]"],
    ["one after an unclosed one", "[a](b [c](command:d)"],
  ])("contains no link: %s", (_, text) => {
    expect(shownBy(text)).toMatch(VS_CODE_LINK);
    expect(shownBy(withoutLinks(text))).not.toMatch(VS_CODE_LINK);
  });

  it.each(["[a]( command:b)", "[a](\ncommand:b)", "[a](<command:b>)", "[a](vscode://b)", "[a](\\command:b)"])(
    "contains no link in an editor that supports more of Markdown: %j",
    (text) => expect(withoutLinks(text)).toMatch(/^\[a\] \(/),
  );

  it("contains no autolink in angle brackets", () => {
    expect(withoutLinks("see <command:workbench.action.quit>")).toBe("see < command:workbench.action.quit>");
  });

  it.each([
    "a[i](x) and f[0](y, z)",
    "src/app/[slug]/(group)/page.tsx belongs to the index.",
    "std::vector<std::string> at [::1]:8000",
    "Ollama at http://127.0.0.1:11434 does not answer (see the log).",
    "handlers[name](event) # a: b",
    "two\nlines",
  ])("is unchanged if it has no link: %j", (text) => {
    expect(withoutLinks(text)).toBe(text);
  });

  it("stays readable if it has a link", () => {
    expect(withoutLinks("[Read this](command:a.b).py belongs to the index.")).toBe(
      "[Read this] (command:a.b).py belongs to the index.",
    );
  });

  it("is unchanged by a second pass", () => {
    const once = withoutLinks("[a](command:b) <command:c>");
    expect(withoutLinks(once)).toBe(once);
  });

  it("contains no hidden characters", () => {
    expect(withoutLinks("a\u202Egpj.py\u0007")).toBe(String.raw`a\u202Egpj.py\u0007`);
    expect(shownBy(withoutLinks("[a]\u200B(command:b)"))).not.toMatch(VS_CODE_LINK);
  });

  it("is processed in linear time", () => {
    const started = process.cpuUsage();
    for (const part of ["[", "[a](", "](a", "<a:", "](  "]) withoutLinks(part.repeat(200_000));
    expect(process.cpuUsage(started).user).toBeLessThan(20_000_000);
  });
});
