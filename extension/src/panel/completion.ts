/** Completes words that begin with `@`. Hides the order of the completions and the syntax of paths. */
import fuzzysort from "fuzzysort";
import type { IndexChoices } from "../generated/protocol";
import { filterKeys, filterValues, isFilter } from "./filters";
import type { Completion } from "./messages";
import { type EditorContext, type Entry, nameOf, parentOf } from "./scope";

const MAX_COMPLETIONS = 20;

/**
 * Returns the completions of a word.
 *
 * @param word the text from `@` to the cursor
 * @param files the files of the workspace, most likely first
 * @param choices the filter values that the index offers
 */
export function completionsOf(
  word: string,
  context: EditorContext,
  files: readonly Entry[],
  choices: IndexChoices,
): Completion[] {
  const typed = typedOf(word);
  if (isFilter(typed)) return filterValues(typed, choices).slice(0, MAX_COMPLETIONS);
  const fixed = [...contextWords(context), ...filterKeys()].filter(({ label }) => label.startsWith(`@${typed}`));
  // The syntax cannot express a name that contains a quotation mark.
  const targets = withFolders(files).flatMap((entry) => {
    const name = nameOf(entry, context.folders);
    return name.includes('"') ? [] : { entry, name };
  });
  const found = typed
    ? fuzzysort.go(typed, targets, { key: "name", limit: MAX_COMPLETIONS }).map(({ obj }) => obj)
    : targets;
  return [...fixed, ...found.map(({ entry, name }) => completionOf(entry, name))].slice(0, MAX_COMPLETIONS);
}

/** Whether the completions of a word come from the index. */
export function completesFromIndex(word: string): boolean {
  return isFilter(typedOf(word));
}

function typedOf(word: string): string {
  return word.replace(/^@"?/, "");
}

/** Returns the context-dependent words with their current meaning. */
function contextWords({ folders, file, selection }: EditorContext): Completion[] {
  const folder = file && parentOf(file);
  return [
    { insert: "@file", label: "@file", detail: file ? nameOf(file, folders) : "no workspace file is open" },
    {
      insert: "@folder",
      label: "@folder",
      detail: folder ? nameOf(folder, folders) : "no workspace file is open",
    },
    { insert: "@selection", label: "@selection", detail: selection ? selection.name : "nothing is selected" },
  ];
}

function completionOf(entry: Entry, name: string): Completion {
  const label = entry.path.slice(parentOf(entry).path.length) || entry.folder.name;
  return { insert: /\s/.test(name) ? `@"${name}"` : `@${name}`, label, detail: name };
}

/** Returns the files and their folders. Each folder appears once, before its first file. */
function withFolders(files: readonly Entry[]): Entry[] {
  const seen = new Map<string, Entry>();
  const add = (entry: Entry): void => {
    const key = `${entry.folder.uri}\n${entry.path}`;
    if (entry.path === "" || seen.has(key)) return;
    add(parentOf(entry));
    seen.set(key, entry);
  };
  files.forEach(add);
  return [...seen.values()];
}
