/** What a word that begins with `@` can be completed to. Hides the order of what is offered and how a path is written. */
import fuzzysort from "fuzzysort";
import type { IndexChoices } from "../generated/protocol";
import { filterKeys, filterValues, isFilter } from "./filters";
import type { Completion } from "./messages";
import { type Entry, nameOf, parentOf, type Situated } from "./scope";

const MOST = 20;

/**
 * Completes a word.
 *
 * @param word from its `@` to the cursor
 * @param files of the workspace, likeliest first
 * @param choices what the index has
 */
export function completionsOf(
  word: string,
  situated: Situated,
  files: readonly Entry[],
  choices: IndexChoices,
): Completion[] {
  const typed = typedOf(word);
  if (isFilter(typed)) return filterValues(typed, choices).slice(0, MOST);
  const fixed = [...fixedWords(situated), ...filterKeys()].filter(({ label }) => label.startsWith(`@${typed}`));
  // A name with a quotation mark in it cannot be written.
  const targets = withFolders(files).flatMap((entry) => {
    const name = nameOf(entry, situated.folders);
    return name.includes('"') ? [] : { entry, name };
  });
  const found = typed ? fuzzysort.go(typed, targets, { key: "name", limit: MOST }).map(({ obj }) => obj) : targets;
  return [...fixed, ...found.map(({ entry, name }) => completionOf(entry, name))].slice(0, MOST);
}

/** Whether what completes a word is to be found in the index. */
export function completesFromIndex(word: string): boolean {
  return isFilter(typedOf(word));
}

function typedOf(word: string): string {
  return word.replace(/^@"?/, "");
}

/** The words that mean something else at each moment, with what they mean now. */
function fixedWords({ folders, file, selection }: Situated): Completion[] {
  const folder = file && parentOf(file);
  return [
    { insert: "@file", label: "@file", detail: file ? nameOf(file, folders) : "no file of the workspace is open" },
    {
      insert: "@folder",
      label: "@folder",
      detail: folder ? nameOf(folder, folders) : "no file of the workspace is open",
    },
    { insert: "@selection", label: "@selection", detail: selection ? selection.name : "nothing is selected" },
  ];
}

function completionOf(entry: Entry, name: string): Completion {
  const label = entry.path.slice(parentOf(entry).path.length) || entry.folder.name;
  return { insert: /\s/.test(name) ? `@"${name}"` : `@${name}`, label, detail: name };
}

/** The files, and each folder once, before the first file in it. */
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
