/** What a search found, as lines of a list. */

import type { Coverage, Passage } from "../generated/protocol";
import { asText, firstLine, iconOf, type PlaceItem } from "../places/placeItem";
import type { UserError } from "../userError";

/** A passage with where it is, what it is, how near it is and its first line. */
export function passageItem(passage: Passage): PlaceItem {
  return {
    label: asText(`${passage.path}:${passage.startLine}-${passage.endLine}`),
    description: asText([passage.symbol, percent(passage.similarity)].filter(Boolean).join("  ")),
    detail: asText(firstLine(passage.preview)),
    icon: iconOf(passage.kind),
    place: passage,
  };
}

/** What stands in the list where nothing was found. */
export function nothingFound(): PlaceItem {
  return message(
    "Nothing in the index is about this.",
    "Say it in other words, or with names that the code uses.",
    "info",
  );
}

/** What stands in the list where the search failed. */
export function failureItem(error: UserError): PlaceItem {
  return message(error.message, error.hint, "warning");
}

/** How the search was served, for the list's title. */
export function coverageNote({ mode, chunks, embedded }: Coverage): string {
  if (chunks === 0) return "nothing is indexed yet";
  if (embedded >= chunks) return mode;
  return `${mode}; ${Math.floor((100 * embedded) / chunks)}% embedded`;
}

function message(label: string, detail: string, icon: string): PlaceItem {
  return { label, description: "", detail, icon, place: undefined };
}

function percent(similarity: number | null): string {
  return similarity === null ? "" : `${Math.round(Math.max(similarity, 0) * 100)}%`;
}
