"""Loads the tree-sitter grammar of a language on first use; importing this module imports no grammar."""

from __future__ import annotations

import importlib
import logging
import warnings
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Parser

_log = logging.getLogger(__name__)

_REGULARLY_PACKAGED = (
    "bash c cpp css cuda dart elixir fortran go haskell hcl html java javascript json julia kotlin lua make markdown "
    "perl python ruby rust scala solidity sql swift toml yaml zig"
)

_GRAMMARS: dict[str, tuple[str, str]] = {
    **{name: (f"tree_sitter_{name}", "language") for name in _REGULARLY_PACKAGED.split()},
    "objective-c": ("tree_sitter_objc", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "php": ("tree_sitter_php", "language_php"),
    "ocaml": ("tree_sitter_ocaml", "language_ocaml"),
    "ocaml_interface": ("tree_sitter_ocaml", "language_ocaml_interface"),
}

LANGUAGES_WITH_GRAMMAR: frozenset[str] = frozenset(_GRAMMARS)


@cache
def grammar_for(language: str) -> Language | None:
    """Return the grammar, or None if there is none or it does not load (logged once)."""
    if language not in _GRAMMARS:
        return None
    package, entry = _GRAMMARS[language]
    try:
        from tree_sitter import Language  # noqa: PLC0415 - processes that parse nothing stay small

        with warnings.catch_warnings():
            # The Perl package returns its grammar as an integer, which tree-sitter accepts with a warning.
            warnings.simplefilter("ignore", DeprecationWarning)
            return Language(getattr(importlib.import_module(package), entry)())
    except (ImportError, AttributeError, ValueError, TypeError, OSError) as error:
        _log.warning("The grammar for %s does not load (%s); its files are cut by indentation.", language, error)
        return None


def parser_for(language: str) -> Parser | None:
    """Return a new parser for a language, or None if its grammar is not available."""
    grammar = grammar_for(language)
    if grammar is None:
        return None
    from tree_sitter import Parser  # noqa: PLC0415 - as above

    return Parser(grammar)
