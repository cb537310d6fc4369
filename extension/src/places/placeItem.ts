/** Places in the code as lines of a list. All of their text is from the workspace: it is shown as it is, icons and all. */

import { visibleLine } from "../text/visible";
import type { OpenablePlace } from "./openSource";

/** A line of the list; `place` is undefined where it only tells something. */
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

/** The icon of a kind of definition. */
export function iconOf(kind: string): string {
  return KIND_ICONS[kind] ?? "symbol-file";
}

/** The first line that says anything. */
export function firstLine(preview: string): string {
  return (
    preview
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? ""
  );
}

/** Text for a place where `$(name)` would become an icon. */
export function asText(text: string): string {
  return visibleLine(text).replace(/\$\([\w-]+(~\w+)?\)/g, "\\$&");
}
