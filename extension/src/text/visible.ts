/**
 * Makes hidden characters visible: terminal escapes and other control characters, bidirectional marks, and zero-width
 * characters. In a file name, a line of code or a model's answer, such a character is shown as an escape like `\u202E`, so
 * text never looks different from what it is.
 */

const HIDDEN = new RegExp(
  [
    String.raw`[\0-\x08\x0B-\x1F\x7F-\x9F]`, // C0 and C1, except tab and line feed
    String.raw`[\xAD\u061C\u115F\u1160\u180E\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]`,
    String.raw`[\u200B\u200C\u200E\u200F\u2028-\u202E\u2060-\u206F]`, // zero-width and bidirectional characters
    String.raw`(?<!\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D`, // allowed between emoji, which it joins
    String.raw`[\u{E0000}-\u{E007F}]`,
  ].join("|"),
  "gu",
);

/** Escapes hidden characters and normalises line breaks to `\n`. */
export function visible(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(HIDDEN, escaped);
}

/** Does the same for names and titles, and also escapes line breaks. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", String.raw`\n`);
}

function escaped(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
