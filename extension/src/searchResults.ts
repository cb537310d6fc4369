/** Found passages as lines of a list. All of their text is from the workspace: it is shown as it is, icons and all. */
import type { Coverage, Passage } from "./protocol";
import type { UserError } from "./userError";
import { visibleLine } from "./visible";

/** A line of the list; `passage` is undefined where it only tells something. */
export interface ResultItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly icon: string;
  readonly passage: Passage | undefined;
}

const KIND_ICONS: Readonly<Record<string, string>> = {
  class: "symbol-class",
  constant: "symbol-constant",
  enum: "symbol-enum",
  function: "symbol-method",
  interface: "symbol-interface",
  macro: "symbol-misc",
  method: "symbol-method",
  module: "symbol-module",
  section: "symbol-string",
  struct: "symbol-structure",
  trait: "symbol-interface",
  type: "symbol-class",
};

/** A passage with where it is, what it is, how near it is and its first line. */
export function passageItem(passage: Passage): ResultItem {
  return {
    label: asText(`${passage.path}:${passage.startLine}-${passage.endLine}`),
    description: asText([passage.symbol, percent(passage.similarity)].filter(Boolean).join("  ")),
    detail: asText(firstLine(passage.preview)),
    icon: KIND_ICONS[passage.kind] ?? "symbol-file",
    passage,
  };
}

/** What stands in the list where nothing was found. */
export function nothingFound(): ResultItem {
  return message("Nothing in the index is about this.", "Say it in other words, or with names that the code uses.", "info");
}

/** What stands in the list where the search failed. */
export function failureItem(error: UserError): ResultItem {
  return message(error.message, error.hint, "warning");
}

/** How the search was served, for the list's title. */
export function coverageNote({ mode, chunks, embedded }: Coverage): string {
  if (chunks === 0) return "nothing is indexed yet";
  if (embedded >= chunks) return mode;
  return `${mode}; ${Math.floor((100 * embedded) / chunks)}% embedded`;
}

function message(label: string, detail: string, icon: string): ResultItem {
  return { label, description: "", detail, icon, passage: undefined };
}

function percent(similarity: number | null): string {
  return similarity === null ? "" : `${Math.round(Math.max(similarity, 0) * 100)}%`;
}

function firstLine(preview: string): string {
  return preview.split("\n").find((line) => line.trim() !== "")?.trim() ?? "";
}

/** Text for a place where `$(name)` would become an icon. */
function asText(text: string): string {
  return visibleLine(text).replace(/\$\([\w-]+(~\w+)?\)/g, "\\$&");
}
