/**
 * Makes characters visible that would change how text looks without being seen: terminal escapes and other control
 * characters, marks that reorder a line, characters of no width. A file name, a line of code or a model's sentence that
 * holds one shows `\u202E` in its place, so nothing on the screen reads differently from what it is.
 */

const HIDDEN = new RegExp(
  [
    String.raw`[\0-\x08\x0B-\x1F\x7F-\x9F]`, // C0 and C1, but for the tab and the line break
    String.raw`[\xAD\u061C\u115F\u1160\u180E\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]`,
    String.raw`[\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F]`, // of no width, and what orders a line
    String.raw`(?<!\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D`, // between emoji it only joins them
    String.raw`[\u{E0000}-\u{E007F}]`,
  ].join("|"),
  "gu",
);

/** The text with hidden characters written out. Line breaks of all systems become `\n`. */
export function visible(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(HIDDEN, written);
}

/** The same on one line, for names and titles: a line break is written out too. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", String.raw`\n`);
}

function written(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
