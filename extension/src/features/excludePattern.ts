/** Lines of a `.sourcewiseignore`, which is written as a `.gitignore` is. Hides anchors, escapes and line ends. */

/**
 * A pattern that matches this file or folder and nothing else.
 *
 * @param path relative to the folder of the ignore file, with `/`
 */
export function patternFor(path: string, isFolder: boolean): string {
  const escaped = path
    .replace(/[\\*?[\]]/g, "\\$&")
    .replace(/[\r\n]/g, "?") // a line cannot hold its own end; any one character is the nearest
    .replace(/ $/, "\\ ");
  return `/${escaped}${isFolder ? "/" : ""}`;
}

/** What to append so that the text has the pattern as its last line; an empty string where it has it already. */
export function appendix(text: string, pattern: string): string {
  if (text.split(/\r?\n/).includes(pattern)) return "";
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const between = text === "" || text.endsWith("\n") ? "" : lineEnd;
  return `${between}${pattern}${lineEnd}`;
}

/** The lines, from 0, that are this pattern. */
export function linesWith(text: string, pattern: string): number[] {
  return text.split(/\r?\n/).flatMap((line, number) => (line === pattern ? [number] : []));
}
