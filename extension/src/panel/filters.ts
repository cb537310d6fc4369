/**
 * Filters in a question: `@lang:python`, `@kind:class`, `@role:test` and `@changed:main`. Hides their syntax, their
 * completion, and the words that replace them in the question.
 */
import fuzzysort from "fuzzysort";
import type { IndexChoices, Scope } from "../generated/protocol";
import { UserError } from "../userError";
import type { Completion } from "./messages";

/** A filter, parsed from a word without its `@`. */
export interface Filter {
  readonly key: Key;
  readonly value: string;
}

type Key = "lang" | "kind" | "role" | "changed";

/** What a key filters by, its possible values, and how a filter reads in a sentence. */
interface FilterSpec {
  readonly detail: string;
  readonly noun: string;
  readonly choices: (known: IndexChoices) => readonly string[];
  readonly phrase: (value: string) => string;
}

const FILTERS: Record<Key, FilterSpec> = {
  lang: {
    detail: "files in a language",
    noun: "language",
    choices: ({ languages }) => languages,
    phrase: (value) => value,
  },
  kind: { detail: "definitions of a kind", noun: "kind", choices: ({ kinds }) => kinds, phrase: (value) => value },
  role: {
    detail: "files with a role, such as test",
    noun: "role",
    choices: ({ roles }) => roles,
    phrase: (value) => value,
  },
  changed: {
    detail: "files changed since a branch, tag or commit",
    noun: "branch",
    choices: ({ branches }) => branches,
    phrase: (value) => `the changes since ${value}`,
  },
};
const FILTER_PATTERN = /^(lang|kind|role|changed):(.*)$/;

/** No filter values. */
export const NO_CHOICES: IndexChoices = { languages: [], kinds: [], roles: [], branches: [] };

/** Parses a word without its `@`. Returns undefined if it is not a filter. */
export function filterOf(word: string): Filter | undefined {
  const [, key, value] = FILTER_PATTERN.exec(word) ?? [];
  return value ? { key: key as Key, value } : undefined;
}

/** Returns the words for a filter in a sentence. */
export function phraseOf({ key, value }: Filter): string {
  return FILTERS[key].phrase(value);
}

/** Formats a filter as it is written after an `@`. */
export function formatFilter({ key, value }: Filter): string {
  return `${key}:${value}`;
}

/**
 * Returns the search scope for paths and filters.
 *
 * @throws UserError if the filters name more than one branch, tag or commit
 */
export function narrowedTo(paths: string[], filters: readonly Filter[]): Required<Scope> {
  const valuesOf = (wanted: Key): string[] => [
    ...new Set(filters.flatMap(({ key, value }) => (key === wanted ? value : []))),
  ];
  const [changedSince = null, another] = valuesOf("changed");
  if (another)
    throw new UserError(
      `This question names both ${changedSince} and ${another}.`,
      "Use @changed: with only one branch, tag or commit.",
    );
  return { paths, languages: valuesOf("lang"), kinds: valuesOf("kind"), roles: valuesOf("role"), changedSince };
}

/** Whether a word without its `@` is a filter, possibly one without a value yet. */
export function isFilter(word: string): boolean {
  return FILTER_PATTERN.test(word);
}

/** Returns completions for the keys of all filters. */
export function filterKeys(): Completion[] {
  return Object.entries(FILTERS).map(([key, { detail }]) => ({
    insert: `@${key}:`,
    label: `@${key}:`,
    detail,
    unfinished: true,
  }));
}

/** Returns completions for the value of a partly typed filter. */
export function filterValues(word: string, known: IndexChoices): Completion[] {
  const [, key, typed = ""] = FILTER_PATTERN.exec(word) ?? [];
  if (!key) return [];
  const { choices, noun } = FILTERS[key as Key];
  const fitting = typed ? fuzzysort.go(typed, choices(known)).map(({ target }) => target) : choices(known);
  return fitting.map((value) => ({ insert: `@${key}:${value}`, label: value, detail: noun }));
}
