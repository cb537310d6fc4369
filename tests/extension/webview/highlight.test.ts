import { expect, test } from "vitest";

import { highlight } from "../../../extension/src/webview/highlight";

function textOf(code: string, language: string): string {
  return highlight(code, language)
    .map((runs) => runs.map(({ text }) => text).join(""))
    .join("\n");
}

const PYTHON = `async def main() -> None:
    engine = Engine(index)  # one a folder

    print(f"event {event!r}", 42, """a
    b""")`;

test("no text is lost or added by colouring", () => {
  expect(textOf(PYTHON, "python")).toBe(PYTHON);
});
