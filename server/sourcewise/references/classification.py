"""Classifies a syntax node by its surroundings: a call, a base class, an import, a string and so on.

Hides how the tables of `node_types` are read.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.references import OccurrenceKind
from sourcewise.references.node_types import GENERAL, NODE_TYPES
from sourcewise.references.scopes import first_child

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

# Real code nests less deeply; generated code may nest ten thousand levels.
_MOST_LEVELS = 300
# Calls that import a file or inherit, in languages without a statement for it.
_IMPORTING_CALLS = {
    "ruby": frozenset({"autoload"}),
    "elixir": frozenset({"alias", "import", "require"}),
    "bash": frozenset({"source", "."}),
}
_INHERITING_CALLS = {
    "ruby": frozenset({"include", "extend", "prepend"}),
    "elixir": frozenset({"use"}),
}
_BODIES = frozenset(
    {
        *("block", "class_body", "declaration_list", "template_body", "field_declaration_list", "interface_body"),
        *("statement_block", "compound_statement", "body_statement", "do_block", "function_body"),
    }
)
_ARGUMENTS = frozenset(
    {
        *("argument_list", "arguments", "value_arguments", "annotation_argument_list", "attribute_argument_list"),
        *("token_tree", "type_arguments", "type_argument_list", "template_argument_list", "type_parameters"),
    }
)


# The fields of each node type in an entry of `node_types`; an entry without a field has the empty field.
_Positions = dict[str, tuple[str, ...]]


class _Table(NamedTuple):
    """The node types of a language, see `NodeTypes`."""

    calls: _Positions
    members: _Positions
    wrappers: _Positions
    bases: _Positions
    imports: _Positions
    decorators: _Positions
    keywords: _Positions
    keys: _Positions
    strings: _Positions
    embedded: _Positions
    comments: _Positions


class Place(NamedTuple):
    """A node with what it is.

    Attributes:
        head: the whole name with its receivers, `a.b.c` for `c`.
        receiver: the node before the member operator.
    """

    kind: OccurrenceKind
    head: Node
    receiver: Node | None


@cache
def _table(language: str) -> _Table:
    types = NODE_TYPES.get(language, GENERAL)
    return _Table(*(_positions(getattr(types, field.name)) for field in fields(types)))


def _positions(entries: str) -> _Positions:
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries.split():
        node_type, _, field = entry.partition(":")
        found[node_type] = (*found.get(node_type, ()), field)
    return found


def place_of(node: Node, language: str) -> Place:
    """Return what a name is, from the smallest node that contains it."""
    table = _table(language)
    text_kind = _kind_of_text(node, table)
    if text_kind is not None:
        return Place(text_kind, node, None)
    head, receiver = _with_receivers(node, table)
    return Place(_kind_of_code(head, language, table), head, receiver)


def _kind_of_text(node: Node, table: _Table) -> OccurrenceKind | None:
    """Return whether a node is in a comment, in a string, or a key in quotes; None if it is code."""
    current: Node | None = node
    for _ in range(_MOST_LEVELS):
        if current is None or current.type in table.embedded:
            return None
        if current.type in table.comments:
            return OccurrenceKind.COMMENT
        if current.type in table.strings:
            return (
                OccurrenceKind.KEY if _is_at(_with_receivers(current, table)[0], table.keys) else OccurrenceKind.STRING
            )
        current = current.parent
    return None


def _with_receivers(node: Node, table: _Table) -> tuple[Node, Node | None]:
    """Return the largest node whose last name is this node, and the node before its member operator."""
    receiver: Node | None = None
    while (parent := node.parent) is not None:
        if parent.type in table.members and _is_last(parent, node):
            first = first_child(parent)
            receiver = receiver if first == node else first
        elif not (parent.type in table.wrappers and first_child(parent) == node):
            break
        node = parent
    return node, receiver or _receiver_of_call(node)


def _receiver_of_call(node: Node) -> Node | None:
    """Return the receiver of a method that is a field of its call, as in Java, Ruby and PHP."""
    parent = node.parent
    if parent is None or node not in (parent.child_by_field_name("name"), parent.child_by_field_name("method")):
        return None
    fields_of_receivers = ("object", "receiver", "scope")
    return next((found for name in fields_of_receivers if (found := parent.child_by_field_name(name))), None)


def _is_last(parent: Node, node: Node) -> bool:
    return parent.named_children[-1:] == [node]


def _kind_of_code(head: Node, language: str, table: _Table) -> OccurrenceKind:
    if _is_at(head, table.keywords):
        return OccurrenceKind.KEYWORD_ARGUMENT
    if _is_at(head, table.keys):
        return OccurrenceKind.KEY
    is_call = _is_at(head, table.calls)
    outer = head.parent if is_call else head
    if outer is not None and outer.parent is not None and outer.parent.type in table.decorators:
        return OccurrenceKind.DECORATOR
    around = _kind_around(head, language, table)
    if around is not None:
        return around
    return OccurrenceKind.CALL if is_call else OccurrenceKind.REFERENCE


def _kind_around(head: Node, language: str, table: _Table) -> OccurrenceKind | None:
    """Return whether a name is part of an import, a decorator or the bases of a type."""
    in_arguments = False
    for node in _upwards(head):
        if node.type in table.imports or _is_argument_of(node, language, _IMPORTING_CALLS):
            return OccurrenceKind.IMPORT
        if node.type in _BODIES:
            return None
        is_base = _is_inside(node, table.bases) or _is_argument_of(node, language, _INHERITING_CALLS)
        if not in_arguments and (is_base or _is_embedded_field(node)):
            return OccurrenceKind.BASE
        if not in_arguments and node.type in table.decorators:
            return OccurrenceKind.DECORATOR
        in_arguments |= node.type in _ARGUMENTS
    return None


def _is_embedded_field(node: Node) -> bool:
    """Return whether a node is the type of a field without a name, which Go embeds."""
    parent = node.parent
    is_alone = parent is not None and parent.type == "field_declaration" and parent.named_child_count == 1
    return is_alone and node.type in {"type_identifier", "qualified_type", "generic_type"}


def _is_argument_of(node: Node, language: str, functions: dict[str, frozenset[str]]) -> bool:
    """Return whether a node is the arguments of a call of one of these functions."""
    if language not in functions or node.type not in {"argument_list", "arguments", "word", "string"}:
        return False
    called = first_child(node.parent) if node.parent is not None else None
    return called is not None and called != node and (called.text or b"").decode() in functions[language]


def _is_at(node: Node, positions: _Positions) -> bool:
    """Return whether a node is at one of the positions.

    Where a grammar names no field, the position is the first named child; a `=` in a table demands one after it.
    """
    parent = node.parent
    if parent is None:
        return False
    for field in positions.get(parent.type, ()):
        if field and field != "=":
            if node in parent.children_by_field_name(field):
                return True
        elif first_child(parent) == node and (not field or _is_before_equals(node)):
            return True
    return False


def _is_before_equals(node: Node) -> bool:
    following = node.next_sibling
    return following is not None and following.type == "="


def _is_inside(node: Node, positions: _Positions) -> bool:
    """Return whether a node is of one of the types, or in one of the fields."""
    if "" in positions.get(node.type, ()):
        return True
    parent = node.parent
    if parent is None:
        return False
    return any(field and node in parent.children_by_field_name(field) for field in positions.get(parent.type, ()))


def _upwards(node: Node) -> Iterator[Node]:
    current: Node | None = node
    for _ in range(_MOST_LEVELS):
        if current is None:
            return
        yield current
        current = current.parent
