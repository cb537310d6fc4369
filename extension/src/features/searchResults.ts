/** List items for search results. */

import type { Coverage, Passage } from "../generated/protocol";
import { asText, firstLine, iconOf, type PlaceItem } from "../places/placeItem";
import type { UserError } from "../userError";

/** Returns an item for each file, in the order of its best passage, which the item opens. */
export function fileItems(passages: readonly Passage[]): PlaceItem[] {
  const files = new Map<string, Passage[]>();
  for (const passage of passages) files.set(passage.path, [...(files.get(passage.path) ?? []), passage]);
  return [...files.values()].map(fileItem);
}

/** Returns the item of a file: location of each passage, match, role unless it is code, symbols and first line. */
function fileItem(passages: readonly Passage[]): PlaceItem {
  const [best] = passages;
  if (!best) throw new Error("A file in the results has a passage.");
  const lines = passages.map(({ startLine, endLine }) => `${startLine}-${endLine}`).join(", ");
  const symbols = [...new Set(passages.map(({ symbol }) => symbol))].filter(Boolean).join(", ");
  const role = best.role === "code" ? "" : best.role;
  return {
    label: asText(`${best.path}:${lines}`),
    description: asText([`${Math.round(best.match * 100)}%`, role, symbols].filter(Boolean).join("  ")),
    detail: asText(firstLine(best.preview)),
    icon: iconOf(best.kind),
    place: best,
  };
}

/** Returns the item that is shown if the search found nothing. */
export function nothingFound(): PlaceItem {
  return message("No matching code found.", "Try other words, or names that the code uses.", "info");
}

/** Returns the item that is shown if the search failed. */
export function failureItem(error: UserError): PlaceItem {
  return message(error.message, error.hint, "warning");
}

/** Returns the search mode and, if embedding is unfinished, its progress, for the title of the list. */
export function coverageLabel({ mode, chunks, embedded }: Coverage): string {
  if (chunks === 0) return "nothing is indexed yet";
  if (embedded >= chunks) return mode;
  return `${mode}; ${Math.floor((100 * embedded) / chunks)}% embedded`;
}

function message(label: string, detail: string, icon: string): PlaceItem {
  return { label, description: "", detail, icon, place: undefined };
}
