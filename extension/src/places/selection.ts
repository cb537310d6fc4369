/** What is selected in an editor, in the words of the protocol. Hides that editors count from 0 and we from 1. */
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

/** As much of a document as is needed here. */
export interface SelectableDocument {
  readonly uri: { toString(): string };
  lineAt(line: number): { readonly text: string };
}

/** The selection, if that is what a value of unknown origin is; else undefined. */
export function readSelection(value: unknown): Selection | undefined {
  const result = v.safeParse(SelectionArgument, value);
  return result.success && result.output.startLine <= result.output.endLine ? result.output : undefined;
}

/** What is selected, or the place of the cursor. */
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

/** Whether it is a cursor: a place, nothing selected. */
export function isCursor({ startLine, startCharacter, endLine, endCharacter }: Selection): boolean {
  return startLine === endLine && (startCharacter ?? 0) === (endCharacter ?? 0);
}

/** Where lines were selected by dragging to the start of the next one, that one does not look selected: it is not. */
function endOfSelected(document: SelectableDocument, start: Position, end: Position): Position {
  if (end.character > 0 || end.line === start.line) return end;
  return { line: end.line - 1, character: document.lineAt(end.line - 1).text.length };
}
