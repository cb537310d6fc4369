"""Prepares the source of languages that the grammar of another language parses, byte for byte of the same length."""

from __future__ import annotations

from typing import NamedTuple

from sourcewise.chunking.components import script_of_component
from sourcewise.chunking.cython import as_python
from sourcewise.chunking.grammars import LANGUAGES_WITH_GRAMMAR
from sourcewise.chunking.macros import without_macros

COMPONENTS = frozenset({"vue", "svelte", "astro"})
"""The languages of single-file components, whose scripts are JavaScript or TypeScript."""
_WITH_MACROS = frozenset({"c", "cpp", "cuda", "objective-c"})
PARSED_LANGUAGES: frozenset[str] = LANGUAGES_WITH_GRAMMAR | COMPONENTS | {"cython"}
"""The languages whose files are parsed, with their own grammar or with that of another language."""


class Prepared(NamedTuple):
    """A source for a parser.

    Attributes:
        grammar: the language whose grammar parses it.
        queries: the language whose queries find its definitions.
        is_partial: whether only parts of the file are code in this language.
    """

    grammar: str
    queries: str
    source: bytes
    is_partial: bool = False


def prepared(language: str, source: bytes) -> Prepared:
    """Return the source that a parser can read; its positions are those of the file."""
    if language in COMPONENTS:
        script_language, script = script_of_component(language, source)
        return Prepared(script_language, script_language, script, is_partial=True)
    if language == "cython":
        return Prepared("python", language, as_python(source))
    if language in _WITH_MACROS:
        return Prepared(language, language, without_macros(source))
    return Prepared(language, language, source)
