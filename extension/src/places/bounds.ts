/** Whether a file may be opened, and which lines of it. Paths are compared as they are written; nothing is read. */
import { isAbsolute, relative, sep } from "node:path";

/** Whether the file is one of a folder, at any depth. */
export function isInside(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const way = relative(folder, file);
    return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  });
}

/** First and last line, from 0, of lines that count from 1 and may lie beyond the end of what the file is now. */
export function clampLines(startLine: number, endLine: number, lineCount: number): { first: number; last: number } {
  const clamp = (line: number): number => Math.min(Math.max(line, 1), Math.max(lineCount, 1)) - 1;
  const first = clamp(startLine);
  return { first, last: Math.max(first, clamp(endLine)) };
}
