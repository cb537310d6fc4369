/** Checks whether a file may be opened and limits line numbers to its length. Compares paths as text; reads no files. */
import { isAbsolute, relative, sep } from "node:path";

/** Whether the file is inside one of the folders, at any depth. */
export function isInside(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => {
    const route = relative(folder, file);
    return route !== "" && route !== ".." && !route.startsWith(`..${sep}`) && !isAbsolute(route);
  });
}

/** Converts a line range that counts from 1 to one that counts from 0, limited to the current length of the file. */
export function clampLines(startLine: number, endLine: number, lineCount: number): { first: number; last: number } {
  const clamp = (line: number): number => Math.min(Math.max(line, 1), Math.max(lineCount, 1)) - 1;
  const first = clamp(startLine);
  return { first, last: Math.max(first, clamp(endLine)) };
}
