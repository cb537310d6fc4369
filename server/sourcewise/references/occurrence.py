"""Values that the parsing process returns: occurrences of names, and facts about the names that a file defines.

An `Expression` describes an object without evaluating it: a root, then steps. A root is a name of the file's outermost
scope, or one of the marked roots below. A step is `.name`, `()`, or `with` for what a context manager returns:
`Store().load` is `("Store", "()", ".load")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sourcewise.domain.references import OccurrenceKind

Expression = tuple[str, ...]

UNKNOWN: Expression = ("?",)
"""An object that cannot be described, such as a parameter without a type."""
OTHER: Expression = ("other?",)
"""An object that no definition of the workspace names: a literal, or a local variable as such."""
CALL = "()"
ENTER = "with"
WHOLE_MODULE = "module.exports"
"""The name under which `FileFacts.exports` has what a file exports instead of a module with names."""
_SEPARATOR = "?"


def marked_root(mark: str, *details: str) -> Expression:
    """Return a marked root.

    `self` and `super` with a class: an instance of it, and its bases. `class`: the class itself. `import` with a module
    and a name: what is imported; an empty name means the module. `definition` with a qualified name: a definition that
    is nested in a function of the file.
    """
    return (_SEPARATOR.join((mark, *details)),)


def root_parts(root: str) -> list[str]:
    """Return the mark and the details of a marked root; only the name of another root."""
    return root.split(_SEPARATOR)


class Occurrence(NamedTuple):
    """A place in a file where a name occurs.

    Attributes:
        line: from 1.
        column: from 1, in characters.
        symbol: qualified name of the definition around it.
        target: what it refers to; UNKNOWN outside code.
        is_member: whether it follows a dot or another member operator.
        receiver: the last name before the member operator; empty if there is none.
    """

    line: int
    column: int
    kind: OccurrenceKind
    symbol: str = ""
    target: Expression = UNKNOWN
    is_member: bool = False
    receiver: str = ""


class Member(NamedTuple):
    """What a file or a class defines under a name.

    Attributes:
        line: of the name, from 1.
        value: the object of a variable or import; the result of a function.
        is_class: whether it is a class; its own members are in `FileFacts.classes`.
        is_function: whether it is a function; a property is none.
        is_definition: False for imports, which only bind the name of a definition elsewhere.
    """

    line: int
    value: Expression = UNKNOWN
    is_class: bool = False
    is_function: bool = False
    is_definition: bool = True


class ClassFacts(NamedTuple):
    """The bases and members of a class."""

    bases: tuple[Expression, ...]
    members: dict[str, Member]


class FileFacts(NamedTuple):
    """What a file defines.

    Attributes:
        members: by name, in its outermost scope.
        classes: by qualified name.
        wildcards: modules of which all names are imported or exported again.
        exports: names that other files import, where they differ from `members`.
        nested: qualified names of definitions inside functions, with their lines.
    """

    members: dict[str, Member]
    classes: dict[str, ClassFacts]
    wildcards: tuple[str, ...] = ()
    exports: dict[str, Expression] | None = None
    nested: dict[str, int] | None = None


class FileOccurrences(NamedTuple):
    """The occurrences of a name in a file.

    Attributes:
        parsed: whether a grammar read the whole file.
        definitions: qualified names of the definitions with this name, with the lines of their names.
    """

    occurrences: tuple[Occurrence, ...]
    parsed: bool
    definitions: tuple[tuple[str, int], ...] = ()
