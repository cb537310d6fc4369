/**
 * Parses the scope of a question from its references: `@file`, `@folder`, `@selection`, `@path/to/file`,
 * `@path/to/folder/`, `@"path with spaces"` and filters. Hides their syntax and the choice of the workspace folder. A word
 * with an `@` that refers to nothing, such as a decorator or an email address, is ordinary text.
 */
import type { Scope, Selection } from "../generated/protocol";
import { UserError } from "../userError";
import { type Filter, filterOf, formatFilter, narrowedTo, phraseOf } from "./filters";

/** A folder of the workspace. */
export interface Folder {
  readonly uri: string;
  readonly name: string;
}

/** A file or folder in a workspace folder. `path` uses `/`, and ends with `/` for a folder; empty means all of `folder`. */
export interface Entry {
  readonly folder: Folder;
  readonly path: string;
}

/** The user's current file and selection. `selection` is undefined if nothing is selected. */
export interface EditorContext {
  readonly folders: readonly Folder[];
  readonly file: Entry | undefined;
  readonly selection: Selected | undefined;
}

/** Selected lines and their display name. */
export interface Selected {
  readonly lines: Selection;
  readonly name: string;
}

/** A question and its scope. `described` has the names of the scope for display. */
export interface ScopedQuestion {
  readonly question: string;
  readonly folder: string | null;
  readonly scope: Required<Scope>;
  readonly selection: Selection | null;
  readonly described: string[];
}

/** Returns whether a path in a folder is a file or a folder; undefined if it does not exist. */
export type KindOf = (folder: Folder, path: string) => Promise<"file" | "folder" | undefined>;

interface Word {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly isQuoted: boolean;
}

/** A word that refers to something. `replacement` replaces it in the question. */
interface Reference {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly entry?: Entry;
  readonly filter?: Filter;
  readonly selection?: Selected;
}

type Target = Omit<Reference, "start" | "end">;

// An email address such as me@host has no space before its @.
const WORD = /(?<=^|[\s(,;])@(?:"(?<quoted>[^"\n]+)"|(?<plain>[^\s"]+))/g;
const PUNCTUATION = /[.,;:!?)\]}'"]+$/;

/**
 * Parses the scope of a question.
 *
 * @throws UserError if the question refers to a missing file or selection, or to several workspace folders or branches
 */
export async function readScope(question: string, context: EditorContext, kindOf: KindOf): Promise<ScopedQuestion> {
  const references: Reference[] = [];
  for (const word of wordsOf(question)) {
    const reference = await referenceOf(word, context, kindOf);
    if (reference) references.push(reference);
  }
  const entries = references.flatMap(({ entry }) => entry ?? []);
  const filters = references.flatMap(({ filter }) => filter ?? []);
  const [selection] = references.flatMap(({ selection }) => selection ?? []);
  const folder = folderOf(entries, context);
  return {
    question: rewriteQuestion(question, references),
    folder: folder?.uri ?? null,
    scope: narrowedTo(
      [...new Set(entries.map(({ path }) => path))].filter((path) => path !== ""),
      filters,
    ),
    selection: selection?.lines ?? null,
    described: [...describe(entries, selection, folder, context.folders), ...new Set(filters.map(formatFilter))],
  };
}

/** Formats an entry as it is written after an `@`. With several workspace folders, it begins with the name of its folder. */
export function nameOf({ folder, path }: Entry, folders: readonly Folder[]): string {
  return folders.length > 1 ? `${folder.name}/${path}` : path || folder.name;
}

/** Returns the folder that contains a file or folder. */
export function parentOf({ folder, path }: Entry): Entry {
  return { folder, path: path.slice(0, path.replace(/\/$/, "").lastIndexOf("/") + 1) };
}

function wordsOf(question: string): Word[] {
  return [...question.matchAll(WORD)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    name: match.groups?.quoted ?? match.groups?.plain ?? "",
    isQuoted: match.groups?.quoted !== undefined,
  }));
}

async function referenceOf(word: Word, context: EditorContext, kindOf: KindOf): Promise<Reference | undefined> {
  const ending = (word.isQuoted ? undefined : PUNCTUATION.exec(word.name)?.[0]) ?? "";
  const shorter = word.name.slice(0, word.name.length - ending.length);
  const end = word.end - ending.length;
  // The valid filter values are unknown here, so trailing punctuation never becomes part of a filter.
  const filter = filterOf(shorter);
  if (filter) return { start: word.start, end, replacement: phraseOf(filter), filter };
  const asWritten = await resolveName(word.name, context, kindOf);
  if (asWritten) return { start: word.start, end: word.end, ...asWritten };
  const target = ending ? await resolveName(shorter, context, kindOf) : undefined;
  return target && { start: word.start, end, ...target };
}

async function resolveName(name: string, context: EditorContext, kindOf: KindOf): Promise<Target | undefined> {
  if (name === "selection") return selectionTarget(context);
  const entry = await entryOf(name, context, kindOf);
  return entry && { replacement: entry.path || entry.folder.name, entry };
}

function selectionTarget({ selection }: EditorContext): Target {
  if (!selection) throw new UserError("Nothing is selected.", "Select the lines for @selection, then ask again.");
  return { replacement: "the selected lines", selection };
}

async function entryOf(name: string, context: EditorContext, kindOf: KindOf): Promise<Entry | undefined> {
  if (name === "file") return openFile(context, name);
  if (name === "folder") return parentOf(openFile(context, name));
  for (const { folder, path } of candidateEntries(name, context)) {
    if (path === "") return { folder, path };
    const kind = await kindOf(folder, path.replace(/\/$/, ""));
    if (kind === "folder") return { folder, path: path.replace(/\/?$/, "/") };
    if (kind === "file" && !path.endsWith("/")) return { folder, path };
  }
  return undefined;
}

function openFile({ file }: EditorContext, name: string): Entry {
  if (file) return file;
  throw new UserError("No workspace file is open.", `Open the file for @${name}, then ask again.`);
}

/** Returns the entries that a name may refer to, most likely first: prefixed with a folder name, or in the active folder. */
function candidateEntries(name: string, { folders, file }: EditorContext): Entry[] {
  const path = name.replace(/^(?:\.\/)+/, "");
  if (path === "" || path.startsWith("/") || path.split("/").includes("..")) return [];
  const [first = "", ...rest] = path.split("/");
  const named = folders.filter((folder) => folders.length > 1 && folder.name === first);
  const inUse = folders.toSorted((a, b) => Number(b.uri === file?.folder.uri) - Number(a.uri === file?.folder.uri));
  return [...named.map((folder) => ({ folder, path: rest.join("/") })), ...inUse.map((folder) => ({ folder, path }))];
}

/** Returns the workspace folder to search: the folder of the named entries, otherwise the active one. */
function folderOf(entries: Entry[], { file, folders }: EditorContext): Folder | undefined {
  const [first = file ?? { folder: folders[0] }] = entries;
  const other = entries.find(({ folder }) => folder.uri !== first.folder?.uri);
  if (!other) return first.folder;
  const names = `${first.folder?.name} and ${other.folder.name}`;
  throw new UserError(`This question refers to files in ${names}.`, "Ask about one workspace folder at a time.");
}

/** Replaces references with words. Leading references only narrow the scope and are removed. */
function rewriteQuestion(question: string, references: Reference[]): string {
  let text = "";
  let position = 0;
  for (const { start, end, replacement } of references) {
    text += question.slice(position, start);
    if (text.trim() !== "") text += replacement;
    position = end;
  }
  text += question.slice(position);
  return text.replace(/^[\s,;:]+/, "").trimEnd() || references.map(({ replacement }) => replacement).join(" ");
}

function describe(
  entries: Entry[],
  selection: Selected | undefined,
  asked: Folder | undefined,
  folders: readonly Folder[],
): string[] {
  const names = entries.map((entry) => nameOf(entry, folders));
  if (selection) names.push(selection.name);
  if (names.length === 0 && folders.length > 1 && asked) names.push(asked.name);
  return [...new Set(names)];
}
