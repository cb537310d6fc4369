/** List items for search results. */

import type { Coverage, Passage } from "../generated/protocol";
import { asText, firstLine, iconOf, type PlaceItem } from "../places/placeItem";
import type { UserError } from "../userError";

/** Returns the item of a passage: location, symbol, role unless it is code, similarity and first line. */
export function passageItem(passage: Passage): PlaceItem {
  const role = passage.role === "code" ? "" : passage.role;
  return {
    label: asText(`${passage.path}:${passage.startLine}-${passage.endLine}`),
    description: asText([passage.symbol, role, percent(passage.similarity)].filter(Boolean).join("  ")),
    detail: asText(firstLine(passage.preview)),
    icon: iconOf(passage.kind),
    place: passage,
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

function percent(similarity: number | null): string {
  return similarity === null ? "" : `${Math.round(Math.max(similarity, 0) * 100)}%`;
}
