/** What an index holds of a file, and what stays out of it, as lines of a list. */

import type { IndexedChunk, SkippedFile, SkippedResult } from "../generated/protocol";
import { asText, firstLine, iconOf, type PlaceItem } from "../places/placeItem";

/** A line of the list of what stays out; without a file it is the heading of those that follow. */
export interface SkippedItem {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly file: SkippedFile | undefined;
}

/** A chunk with its lines, what it is, how large it is and whether it is embedded. */
export function chunkItem(uri: string, chunk: IndexedChunk): PlaceItem {
  const { startLine, endLine, symbol, kind, tokens, preview } = chunk;
  return {
    label: asText([`${startLine}-${endLine}`, symbol].filter(Boolean).join("  ")),
    description: asText(`${kind} · ${counted(tokens, "token")} · ${embeddedNote(chunk)}`),
    detail: asText(firstLine(preview)),
    icon: iconOf(kind),
    place: { uri, startLine, endLine },
  };
}

/** How much of a file is embedded, for the list's title. */
export function chunksNote(chunks: readonly IndexedChunk[]): string {
  const embedded = chunks.filter(({ vectors }) => vectors > 0).length;
  return `${counted(chunks.length, "chunk")}, ${embedded.toLocaleString("en")} embedded`;
}

/** What stays out, each reason under a heading that counts. */
export function skippedItems({ counts, files }: SkippedResult): SkippedItem[] {
  return Object.entries(counts).flatMap(([reason, count]) => {
    const listed = files.filter((file) => file.reason === reason);
    return [heading(reason, count, listed.length), ...listed.map(skippedItem)];
  });
}

function embeddedNote({ vectors, problem }: IndexedChunk): string {
  if (vectors > 0) return "embedded";
  return problem === "" ? "not embedded" : `not embedded: ${problem}`;
}

function skippedItem(file: SkippedFile): SkippedItem {
  const icon = isFolder(file) ? "folder" : "file";
  return { label: asText(file.path), description: asText(file.rule), icon, file };
}

/** Whether it stands for a folder and all in it. */
export function isFolder({ path }: SkippedFile): boolean {
  return path.endsWith("/");
}

function heading(reason: string, count: number, listed: number): SkippedItem {
  const [all, shown] = [count, listed].map((number) => number.toLocaleString("en"));
  const label = listed < count ? `${reason}: the first ${shown} of ${all}` : `${reason}: ${all}`;
  return { label, description: "", icon: "", file: undefined };
}

function counted(number: number, thing: string): string {
  return `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;
}
