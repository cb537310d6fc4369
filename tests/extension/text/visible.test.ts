import { expect, test } from "vitest";

import { visible, visibleLine } from "../../../extension/src/text/visible";

test.each([
  ["a terminal escape", "\u001b[31mred", String.raw`\u001B[31mred`],
  ["a right-to-left override", "evil\u202Egnp.exe", String.raw`evil\u202Egnp.exe`],
  ["isolates", "\u2066a\u2069", String.raw`\u2066a\u2069`],
  ["directional marks", "\u200E\u200F\u061C", String.raw`\u200E\u200F\u061C`],
  ["zero-width characters", "a\u200Bb\u200Cc\u200Dd\uFEFF", String.raw`a\u200Bb\u200Cc\u200Dd\uFEFF`],
  ["NUL and DEL", "\0\u007F", String.raw`\u0000\u007F`],
  ["a C1 control", "\u009B31m", String.raw`\u009B31m`],
  ["tag characters outside the BMP", "a\u{E0041}", String.raw`a\u{E0041}`],
])("%s is escaped", (_, hidden, written) => {
  expect(visible(hidden)).toBe(written);
});

test("ordinary text, tabs, line breaks, other scripts and joined emoji are unchanged", () => {
  const text = "a\tb\nc żółw 日本語 مرحبا 👩‍💻 ❤️ 👩🏽‍💻";
  expect(visible(text)).toBe(text);
});

test("line breaks are normalised", () => {
  expect(visible("a\r\nb\rc\n")).toBe("a\nb\nc\n");
});

test("a line break in a name is escaped", () => {
  expect(visibleLine("a\nb.py")).toBe(String.raw`a\nb.py`);
});
