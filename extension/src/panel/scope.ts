/**
 * What a question is about: reads `@file`, `@folder`, `@selection`, `@path/to/file`, `@path/to/folder/`,
 * `@"path with blanks"` and filters out of it. Hides how these are written and which workspace folder is asked. A word with
 * an `@` that names nothing, such as a decorator or an address, is text like any other.
 */
import type { Scope, Selection } from "../generated/protocol";
import { UserError } from "../userError";
import { type Filter, filterOf, narrowedTo, said, written } from "./filters";

/** A folder of the workspace. */
export interface Folder {
  readonly uri: string;
  readonly name: string;
}

/** A file or folder in one of them. `path` has `/`, and ends with one if it is a folder; empty, it is all of `folder`. */
export interface Entry {
  readonly folder: Folder;
  readonly path: string;
}

/** What the user has in front of them. `selection` is undefined where nothing is selected. */
export interface Situated {
  readonly folders: readonly Folder[];
  readonly file: Entry | undefined;
  readonly selection: Selected | undefined;
}

/** Selected lines, and what they are called. */
export interface Selected {
  readonly lines: Selection;
  readonly name: string;
}

/** What will be asked, and about what. `described` says the latter in words. */
export interface ScopedQuestion {
  readonly question: string;
  readonly folder: string | null;
  readonly scope: Required<Scope>;
  readonly selection: Selection | null;
  readonly described: string[];
}

/** Tells what there is at a path of a folder; undefined where nothing is. */
export type KindOf = (folder: Folder, path: string) => Promise<"file" | "folder" | undefined>;

interface Word {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly isQuoted: boolean;
}

/** A word that means something. `replacement` is what the question says instead of it. */
interface Reference {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
  readonly entry?: Entry;
  readonly filter?: Filter;
  readonly selection?: Selected;
}

type Meaning = Omit<Reference, "start" | "end">;

// An address such as me@host has no blank before its @.
const WORD = /(?<=^|[\s(,;])@(?:"(?<quoted>[^"\n]+)"|(?<plain>[^\s"]+))/g;
const PUNCTUATION = /[.,;:!?)\]}'"]+$/;

/**
 * Reads what a question is about.
 *
 * @throws it names what is not there, or more than one folder of the workspace, or more than one branch
 */
export async function readScope(question: string, situated: Situated, kindOf: KindOf): Promise<ScopedQuestion> {
  const references: Reference[] = [];
  for (const word of wordsOf(question)) {
    const reference = await referenceOf(word, situated, kindOf);
    if (reference) references.push(reference);
  }
  const entries = references.flatMap(({ entry }) => entry ?? []);
  const filters = references.flatMap(({ filter }) => filter ?? []);
  const [selection] = references.flatMap(({ selection }) => selection ?? []);
  const folder = folderOf(entries, situated);
  return {
    question: rewritten(question, references),
    folder: folder?.uri ?? null,
    scope: narrowedTo(
      [...new Set(entries.map(({ path }) => path))].filter((path) => path !== ""),
      filters,
    ),
    selection: selection?.lines ?? null,
    described: [...describe(entries, selection, folder, situated.folders), ...new Set(filters.map(written))],
  };
}

/** An entry as it is written after an `@`. Where there are several folders, it begins with the name of its own. */
export function nameOf({ folder, path }: Entry, folders: readonly Folder[]): string {
  return folders.length > 1 ? `${folder.name}/${path}` : path || folder.name;
}

/** The folder that a file or folder is in. */
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

async function referenceOf(word: Word, situated: Situated, kindOf: KindOf): Promise<Reference | undefined> {
  const ending = (word.isQuoted ? undefined : PUNCTUATION.exec(word.name)?.[0]) ?? "";
  const shorter = word.name.slice(0, word.name.length - ending.length);
  const end = word.end - ending.length;
  // Nobody knows here what a filter may be given, so that punctuation is never taken for a part of it.
  const filter = filterOf(shorter);
  if (filter) return { start: word.start, end, replacement: said(filter), filter };
  const asWritten = await meaningOf(word.name, situated, kindOf);
  if (asWritten) return { start: word.start, end: word.end, ...asWritten };
  const meaning = ending ? await meaningOf(shorter, situated, kindOf) : undefined;
  return meaning && { start: word.start, end, ...meaning };
}

async function meaningOf(name: string, situated: Situated, kindOf: KindOf): Promise<Meaning | undefined> {
  if (name === "selection") return selected(situated);
  const entry = await entryOf(name, situated, kindOf);
  return entry && { replacement: entry.path || entry.folder.name, entry };
}

function selected({ selection }: Situated): Meaning {
  if (!selection)
    throw new UserError("Nothing is selected.", "Select the lines that @selection is to mean, then ask again.");
  return { replacement: "the selected lines", selection };
}

async function entryOf(name: string, situated: Situated, kindOf: KindOf): Promise<Entry | undefined> {
  if (name === "file") return openFile(situated, name);
  if (name === "folder") return parentOf(openFile(situated, name));
  for (const { folder, path } of readings(name, situated)) {
    if (path === "") return { folder, path };
    const kind = await kindOf(folder, path.replace(/\/$/, ""));
    if (kind === "folder") return { folder, path: path.replace(/\/?$/, "/") };
    if (kind === "file" && !path.endsWith("/")) return { folder, path };
  }
  return undefined;
}

function openFile({ file }: Situated, name: string): Entry {
  if (file) return file;
  throw new UserError("No file of the workspace is open.", `Open the one that @${name} is to mean, then ask again.`);
}

/** What a name may stand for, likeliest first: with the name of a folder in front, or in the folder that is in use. */
function readings(name: string, { folders, file }: Situated): Entry[] {
  const path = name.replace(/^(?:\.\/)+/, "");
  if (path === "" || path.startsWith("/") || path.split("/").includes("..")) return [];
  const [first = "", ...rest] = path.split("/");
  const named = folders.filter((folder) => folders.length > 1 && folder.name === first);
  const inUse = folders.toSorted((a, b) => Number(b.uri === file?.folder.uri) - Number(a.uri === file?.folder.uri));
  return [...named.map((folder) => ({ folder, path: rest.join("/") })), ...inUse.map((folder) => ({ folder, path }))];
}

/** The one folder that is asked: that of what is named, else the one in use. */
function folderOf(entries: Entry[], { file, folders }: Situated): Folder | undefined {
  const [first = file ?? { folder: folders[0] }] = entries;
  const other = entries.find(({ folder }) => folder.uri !== first.folder?.uri);
  if (!other) return first.folder;
  const names = `${first.folder?.name} and ${other.folder.name}`;
  throw new UserError(`This question names files of ${names}.`, "Ask about one folder of the workspace at a time.");
}

/** Says a reference in words where the sentence needs it; what stands in front of the sentence only narrows it. */
function rewritten(question: string, references: Reference[]): string {
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
