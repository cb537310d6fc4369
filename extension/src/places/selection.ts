/** Converts an editor's selection to the protocol's. Hides that editors count lines from 0 and the protocol from 1. */
import * as v from "valibot";
import type { Selection } from "../generated/protocol";

const line = v.pipe(v.number(), v.integer(), v.minValue(1));
const character = v.pipe(v.number(), v.integer(), v.minValue(0));

const SelectionArgument = v.object({
  uri: v.pipe(v.string(), v.minLength(1), v.maxLength(10_000)),
  startLine: line,
  endLine: line,
  startCharacter: v.optional(character, 0),
  endCharacter: v.optional(character, 0),
});

interface Position {
  readonly line: number;
  readonly character: number;
}

/** The part of a document that is needed here. */
export interface SelectableDocument {
  readonly uri: { toString(): string };
  lineAt(line: number): { readonly text: string };
}

/** Validates a value of unknown origin. Returns the selection, or undefined if the value is not one. */
export function readSelection(value: unknown): Selection | undefined {
  const result = v.safeParse(SelectionArgument, value);
  return result.success && result.output.startLine <= result.output.endLine ? result.output : undefined;
}

/** Returns the selected range, or the cursor position if nothing is selected. */
export function selectionOf(
  document: SelectableDocument,
  { start, end }: { start: Position; end: Position },
): Selection {
  const last = endOfSelected(document, start, end);
  return {
    uri: document.uri.toString(),
    startLine: start.line + 1,
    startCharacter: start.character,
    endLine: last.line + 1,
    endCharacter: last.character,
  };
}

/** Whether the selection is empty, that is, only a cursor position. */
export function isCursor({ startLine, startCharacter, endLine, endCharacter }: Selection): boolean {
  return startLine === endLine && (startCharacter ?? 0) === (endCharacter ?? 0);
}

/** Returns the end of the selection. Excludes a last line of which nothing is selected, as after dragging to its start. */
function endOfSelected(document: SelectableDocument, start: Position, end: Position): Position {
  if (end.character > 0 || end.line === start.line) return end;
  return { line: end.line - 1, character: document.lineAt(end.line - 1).text.length };
}
