/** List items for locations in the code. Their text comes from the workspace, so it is escaped: `$(name)` is not an icon. */

import { visibleLine } from "../text/visible";
import type { OpenablePlace } from "./openSource";

/** An item of the list; `place` is undefined if the item is only a message. */
export interface PlaceItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
  readonly icon: string;
  readonly place: OpenablePlace | undefined;
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

/** Returns the icon for a kind of definition. */
export function iconOf(kind: string): string {
  return KIND_ICONS[kind] ?? "symbol-file";
}

/** Returns the first line that is not blank, trimmed. */
export function firstLine(preview: string): string {
  return (
    preview
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? ""
  );
}

/** Escapes text for labels in which VS Code would turn `$(name)` into an icon. */
export function asText(text: string): string {
  return visibleLine(text).replace(/\$\([\w-]+(~\w+)?\)/g, "\\$&");
}
