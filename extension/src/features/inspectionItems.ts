/** List items for the chunks of a file and for skipped files. */

import type { IndexedChunk, SkippedFile, SkippedResult } from "../generated/protocol";
import { asText, firstLine, iconOf, type PlaceItem } from "../places/placeItem";

/** An item in the list of skipped files. Without a file, it is the heading of the items below. */
export interface SkippedItem {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly file: SkippedFile | undefined;
}

/** Returns the item of a chunk: its lines, symbol, kind, size, and whether it is embedded. */
export function chunkItem(uri: string, chunk: IndexedChunk): PlaceItem {
  const { startLine, endLine, symbol, kind, tokens, preview } = chunk;
  return {
    label: asText([`${startLine}-${endLine}`, symbol].filter(Boolean).join("  ")),
    description: asText(`${kind} · ${counted(tokens, "token")} · ${embeddedLabel(chunk)}`),
    detail: asText(firstLine(preview)),
    icon: iconOf(kind),
    place: { uri, startLine, endLine },
  };
}

/** Returns how many chunks of a file are embedded, for the title of the list. */
export function chunksLabel(chunks: readonly IndexedChunk[]): string {
  const embedded = chunks.filter(({ vectors }) => vectors > 0).length;
  return `${counted(chunks.length, "chunk")}, ${embedded.toLocaleString("en")} embedded`;
}

/** Returns the skipped files, grouped by reason under headings with counts. */
export function skippedItems({ counts, files }: SkippedResult): SkippedItem[] {
  return Object.entries(counts).flatMap(([reason, count]) => {
    const listed = files.filter((file) => file.reason === reason);
    return [heading(reason, count, listed.length), ...listed.map(skippedItem)];
  });
}

function embeddedLabel({ vectors, problem }: IndexedChunk): string {
  if (vectors > 0) return "embedded";
  return problem === "" ? "not embedded" : `not embedded: ${problem}`;
}

function skippedItem(file: SkippedFile): SkippedItem {
  const icon = isFolder(file) ? "folder" : "file";
  return { label: asText(file.path), description: asText(file.rule), icon, file };
}

/** Whether the entry is a folder, which stands for all its files. */
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
