import { describe, expect, it } from "vitest";
import { withoutLinks } from "../../../extension/src/text/links";

/** What VS Code makes links of (`src/vs/base/common/linkedText.ts`), after it has put line breaks into one line. */
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
    ["one after a half", "[a](b [c](command:d)"],
  ])("has no link any more: %s", (_, text) => {
    expect(shownBy(text)).toMatch(VS_CODE_LINK);
    expect(shownBy(withoutLinks(text))).not.toMatch(VS_CODE_LINK);
  });

  it.each(["[a]( command:b)", "[a](\ncommand:b)", "[a](<command:b>)", "[a](vscode://b)", "[a](\\command:b)"])(
    "has none for editors that read more Markdown: %j",
    (text) => expect(withoutLinks(text)).toMatch(/^\[a\] \(/),
  );

  it("has no address in angle brackets either", () => {
    expect(withoutLinks("see <command:workbench.action.quit>")).toBe("see < command:workbench.action.quit>");
  });

  it.each([
    "a[i](x) and f[0](y, z)",
    "src/app/[slug]/(group)/page.tsx belongs to the index.",
    "std::vector<std::string> at [::1]:8000",
    "Ollama at http://127.0.0.1:11434 does not answer (see the log).",
    "handlers[name](event) # a: b",
    "two\nlines",
  ])("stays as it is without one: %j", (text) => {
    expect(withoutLinks(text)).toBe(text);
  });

  it("stays readable with one", () => {
    expect(withoutLinks("[Read this](command:a.b).py belongs to the index.")).toBe(
      "[Read this] (command:a.b).py belongs to the index.",
    );
  });

  it("does not change when it is shown once more", () => {
    const once = withoutLinks("[a](command:b) <command:c>");
    expect(withoutLinks(once)).toBe(once);
  });

  it("has no hidden characters", () => {
    expect(withoutLinks("a\u202Egpj.py\u0007")).toBe(String.raw`a\u202Egpj.py\u0007`);
    expect(shownBy(withoutLinks("[a]\u200B(command:b)"))).not.toMatch(VS_CODE_LINK);
  });

  it("is read in one pass, however long", () => {
    const started = process.cpuUsage();
    for (const part of ["[", "[a](", "](a", "<a:", "](  "]) withoutLinks(part.repeat(200_000));
    expect(process.cpuUsage(started).user).toBeLessThan(20_000_000);
  });
});
