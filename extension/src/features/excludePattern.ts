/** Lines of a `.sourcewiseignore`, which has the syntax of a `.gitignore`. Hides anchors, escapes and line endings. */

/**
 * Returns a pattern that matches only this file or folder.
 *
 * @param path relative to the folder of the ignore file, with `/` as the separator
 */
export function patternFor(path: string, isFolder: boolean): string {
  const escaped = path
    .replace(/[\\*?[\]]/g, "\\$&")
    .replace(/[\r\n]/g, "?") // a pattern cannot contain a line break: match any character instead
    .replace(/ $/, "\\ ");
  return `/${escaped}${isFolder ? "/" : ""}`;
}

/** Returns the text to append to add the pattern as the last line; empty if the file already contains the pattern. */
export function textToAppend(text: string, pattern: string): string {
  if (text.split(/\r?\n/).includes(pattern)) return "";
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const between = text === "" || text.endsWith("\n") ? "" : lineEnd;
  return `${between}${pattern}${lineEnd}`;
}

/** Returns the numbers of the lines, from 0, that equal the pattern. */
export function linesWith(text: string, pattern: string): number[] {
  return text.split(/\r?\n/).flatMap((line, number) => (line === pattern ? [number] : []));
}
