/**
 * Words that narrow a question without naming a file: `@lang:python`, `@kind:class` and `@changed:main`. Hides how they are
 * written and completed, and what the question says in their place.
 */
import fuzzysort from "fuzzysort";
import type { IndexChoices, Scope } from "../generated/protocol";
import { UserError } from "../userError";
import type { Completion } from "./messages";

/** Such a word, without its `@`. */
export interface Filter {
  readonly key: Key;
  readonly value: string;
}

type Key = "lang" | "kind" | "changed";

/** What a key stands for, what it can be given, and how a sentence says it. */
interface Meaning {
  readonly detail: string;
  readonly one: string;
  readonly choices: (known: IndexChoices) => readonly string[];
  readonly said: (value: string) => string;
}

const MEANINGS: Record<Key, Meaning> = {
  lang: {
    detail: "files in a language",
    one: "language",
    choices: ({ languages }) => languages,
    said: (value) => value,
  },
  kind: { detail: "definitions of a kind", one: "kind", choices: ({ kinds }) => kinds, said: (value) => value },
  changed: {
    detail: "files changed since a branch, tag or commit",
    one: "branch",
    choices: ({ branches }) => branches,
    said: (value) => `the changes since ${value}`,
  },
};
const WRITTEN = /^(lang|kind|changed):(.*)$/;

/** Nothing to choose from. */
export const NO_CHOICES: IndexChoices = { languages: [], kinds: [], branches: [] };

/** The filter that a word without its `@` is; undefined where it is none. */
export function filterOf(word: string): Filter | undefined {
  const [, key, value] = WRITTEN.exec(word) ?? [];
  return value ? { key: key as Key, value } : undefined;
}

/** A filter in words, as part of a sentence. */
export function said({ key, value }: Filter): string {
  return MEANINGS[key].said(value);
}

/** A filter as it is written after an `@`. */
export function written({ key, value }: Filter): string {
  return `${key}:${value}`;
}

/**
 * What a search is narrowed to by paths and filters.
 *
 * @throws more than one branch, tag or commit is named
 */
export function narrowedTo(paths: string[], filters: readonly Filter[]): Required<Scope> {
  const valuesOf = (wanted: Key): string[] => [
    ...new Set(filters.flatMap(({ key, value }) => (key === wanted ? value : []))),
  ];
  const [changedSince = null, another] = valuesOf("changed");
  if (another)
    throw new UserError(
      `This question names both ${changedSince} and ${another}.`,
      "Name one branch, tag or commit after @changed:.",
    );
  return { paths, languages: valuesOf("lang"), kinds: valuesOf("kind"), changedSince };
}

/** Whether a word without its `@` is a filter, be it one that is not given anything yet. */
export function isFilter(word: string): boolean {
  return WRITTEN.test(word);
}

/** The filters that can be begun with. */
export function filterKeys(): Completion[] {
  return Object.entries(MEANINGS).map(([key, { detail }]) => ({
    insert: `@${key}:`,
    label: `@${key}:`,
    detail,
    unfinished: true,
  }));
}

/** What a filter can be given, for as much of it as is written. */
export function filterValues(word: string, known: IndexChoices): Completion[] {
  const [, key, begun = ""] = WRITTEN.exec(word) ?? [];
  if (!key) return [];
  const { choices, one } = MEANINGS[key as Key];
  const fitting = begun ? fuzzysort.go(begun, choices(known)).map(({ target }) => target) : choices(known);
  return fitting.map((value) => ({ insert: `@${key}:${value}`, label: value, detail: one }));
}
