"""Parses a file with tree-sitter and returns its outline and the costs of cutting it.

Only this package knows the queries in `queries/`; `references` reads the nodes of its trees. Trees may be broken or ten
thousand levels deep.
`queries/README.md` lists the captures of the queries.
"""

from __future__ import annotations

import inspect
import logging
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.chunking.definition_queries import matches
from sourcewise.chunking.dialects import PARSED_LANGUAGES, Prepared, prepared
from sourcewise.chunking.grammars import grammar_for, parser_for
from sourcewise.chunking.outline import NEVER, OutlineBuilder, Region, comment_text, costs_by_indentation
from sourcewise.chunking.parsing import parse_in_time
from sourcewise.chunking.qualified_names import definition_path
from sourcewise.chunking.shell_functions import shell_functions
from sourcewise.domain.code import Definition
from sourcewise.text.names import canonical_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node, Tree

_log = logging.getLogger(__name__)

_DETAILS = frozenset({"name", "path", "parent", "selector", "body", "end"})
_C_LIKE = frozenset({"c", "cpp", "cuda", "csharp", "java"})
# Where preprocessor branches cut a statement in two, its rest can look like a function.
_NO_C_NAMES = frozenset({"if", "for", "while", "switch", "else", "do", "return", "catch"})
_CLAUSE_LANGUAGES = frozenset({"haskell", "elixir"})
# Words that open the body of a definition, and marks that may surround them.
_BODY_WORDS = re.compile(r"(?:=>|->|\bdo|\bwhere)$")
_BODY_MARKS = " {(:=;"
# If the parser combines none of this many tokens, the file is not in its language; the query would take quadratic time.
_MOST_LOOSE_TOKENS = 10_000
_NAME_CHARS = 200
_SIGNATURE_CHARS = 300
_DOCSTRING_CHARS = 2000


@dataclass(slots=True)
class _Found:
    """One match of a query."""

    order: int
    kind: str
    node: Node
    details: dict[str, Node]


def has_parser(language: str) -> bool:
    """Return whether a grammar that loads can parse files of this language."""
    return language in PARSED_LANGUAGES and grammar_for(prepared(language, b"").grammar) is not None


class Syntax:
    """The parsed text of one file.

    Attributes:
        grammar: the language whose grammar parsed it.
    """

    @classmethod
    def of(cls, language: str, lines: Sequence[str]) -> Syntax | None:
        """Parse lines (without line ends); return None if there is no grammar or parsing takes too long."""
        if language not in PARSED_LANGUAGES:
            return None
        source = "\n".join([*lines, ""]).encode("utf-8", "replace")
        code = prepared(language, source)
        parser = parser_for(code.grammar)
        if parser is None:
            return None
        tree = parse_in_time(parser, code.source)
        if tree is None or (tree.root_node.is_error and tree.root_node.child_count > _MOST_LOOSE_TOKENS):
            _log.warning(
                "A file of %d lines takes too long to parse as %s; it is cut by indentation.", len(lines), language
            )
            return None
        return cls(code, lines, source, tree)

    def __init__(self, code: Prepared, lines: Sequence[str], source: bytes, tree: Tree) -> None:
        self.grammar = code.grammar
        self._language = code.queries
        self._is_partial = code.is_partial
        self._lines = lines
        self._source = source
        self._tree = tree
        self._comment_rows: set[int] = set()
        self._attribute_rows: set[int] = set()
        self._attribute_ends: dict[int, int] = {}
        self._comment_spans: list[tuple[int, int]] = []
        self._indents = [len(line) - len(line.lstrip()) for line in source.split(b"\n")]
        self._found = self._matches()

    @property
    def root(self) -> Node:
        """The root of the syntax tree; columns count bytes."""
        return self._tree.root_node

    @property
    def is_partial(self) -> bool:
        """Whether only parts of the file are code in this language, as in a component."""
        return self._is_partial

    @property
    def has_errors(self) -> bool:
        """Whether the grammar could not read some of the file."""
        return self._tree.root_node.has_error

    def definition_name_ends(self) -> frozenset[int]:
        """Return the positions in bytes where the names of definitions end."""
        named = [match for match in self._found if not match.kind.startswith(("scope.", "wrapper", "doc"))]
        nodes = [match.details.get("name") or match.details.get("path") for match in named]
        return frozenset(node.end_byte for node in nodes if node is not None)

    def outline(self) -> Region:
        """Return a region for the whole file with its definitions as descendants."""
        builder = OutlineBuilder(len(self._lines), coalesce_clauses=self._language in _CLAUSE_LANGUAGES)
        wrappers: list[Node] = []
        for match in self._found:
            if match.kind == "wrapper":
                wrappers.append(match.node)
            elif match.kind == "doc":
                builder.document(_docstring(self._text(match.node, 2 * _DOCSTRING_CHARS)), match.node.start_byte)
            else:
                self._add(builder, match, _outermost(wrappers, match.node))
                if not match.kind.startswith("inline."):
                    wrappers.clear()  # an inline definition may share its wrapper with the one inside
        if self._language == "bash" and self._tree.root_node.has_error:
            self._recover_functions(builder.root)
        return builder.root

    def _recover_functions(self, root: Region) -> None:
        """List the functions of a shell script that the grammar missed."""
        known = {region.definition.first_line for region in root.walk()}
        for function in shell_functions(self._lines):
            if function.first_line not in known:
                root.inline.append(Region(function, function.first_line))

    def cut_costs(self) -> list[int]:
        """Return for each line the depth of the outermost syntax node that begins there."""
        costs = costs_by_indentation(self._lines) if self._is_partial else [NEVER] * len(self._lines)
        indents = [len(line) - len(line.lstrip()) for line in self._lines]
        cursor, depth = self._tree.walk(), 0
        while True:
            node = cursor.node
            assert node is not None
            (row, column), last_row = node.start_point, node.end_point[0]
            if node.is_named and row < len(costs) and column <= indents[row] and depth < costs[row]:
                costs[row] = depth
            if last_row > row and cursor.goto_first_child():
                depth += 1
                continue
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return self._with_context_costs(costs, indents)
                depth -= 1

    def _with_context_costs(self, costs: list[int], indents: list[int]) -> list[int]:
        """Raise the cost of a cut below a comment or below the line that opens a block."""
        previous = 0
        for row, line in enumerate(self._lines):
            if line.strip():
                costs[row] += NEVER * (row - 1 in self._comment_rows) + (indents[row] > previous)
                previous = indents[row]
        return costs

    def _matches(self) -> list[_Found]:
        """Keep one match for each node, and record the lines of comments and attributes."""
        best: dict[tuple[int, int, str], _Found] = {}
        for order, captures in matches(self._language, self._tree.root_node):
            kind, node = next((name, nodes[0]) for name, nodes in captures.items() if _is_kind(name))
            if kind in {"comment", "attribute"}:
                self._note(kind, node)
                continue
            details = {name: nodes[0] for name, nodes in captures.items() if name in _DETAILS}
            role = kind if kind in {"wrapper", "doc"} else ""
            key = (node.start_byte, -node.end_byte, role)
            match = _Found(order, kind, node, details)
            if key not in best or (order, -len(details)) < (best[key].order, -len(best[key].details)):
                best[key] = match
        self._comment_spans.sort()
        # A wrapper precedes the node it wraps, even if both have the same span.
        return [best[key] for key in sorted(best, key=lambda key: (key[0], key[1], key[2] != "wrapper"))]

    def _note(self, kind: str, node: Node) -> None:
        first, last = node.start_point[0], _last_row(node)
        if kind == "attribute":
            self._attribute_ends[node.start_byte] = node.end_byte
        else:
            self._comment_spans.append((node.start_byte, node.end_byte))
        begins_line = node.start_point[1] <= self._indents[first]
        after = self._source[node.end_byte : node.end_byte + 200].split(b"\n", 1)[0]
        alone = begins_line and (node.end_point[1] == 0 or not after.strip())
        if alone:
            (self._comment_rows if kind == "comment" else self._attribute_rows).update(range(first, last + 1))

    def _add(self, builder: OutlineBuilder, match: _Found, wrapper: Node | None) -> None:
        names = self._names(match.details)
        *prefix, kind = match.kind.split(".")
        listed = prefix != ["scope"]
        if listed and (not names or (self._language in _C_LIKE and names[-1] in _NO_C_NAMES)):
            return
        start = wrapper or match.node
        first = top = start.start_point[0]
        while (top - 1 in self._comment_rows or top - 1 in self._attribute_rows) and top - 1 >= builder.floor(
            start.start_byte
        ):
            top -= 1
            first = top if top in self._attribute_rows else first
        above = [self._lines[row] for row in range(top, start.start_point[0]) if row in self._comment_rows]
        parent, end = match.details.get("parent"), match.details.get("end", match.node)
        definition = Definition(
            name=names[-1] if names else "",
            kind=kind,
            first_line=first + 1,
            last_line=min(max(_last_row(end), first) + 1, len(self._lines)),
            parents=(*((self._name(parent),) if parent else ()), *names[:-1]),
            signature=self._signature(match, wrapper, names),
            docstring=comment_text(above),
        )
        region = Region(definition, top + 1, listed)
        if prefix == ["inline"]:
            builder.add_inline(region, match.node.start_byte)
        else:
            builder.add(region, match.node.start_byte, end.end_byte)

    def _signature(self, match: _Found, wrapper: Node | None, names: list[str]) -> str:
        if match.node.type == "simple_symbol":
            return self._lines[match.node.start_point[0]].strip()[:_SIGNATURE_CHARS]
        same_row = wrapper is not None and wrapper.start_point[0] == match.node.start_point[0]
        start = wrapper.start_byte if wrapper is not None and same_row else match.node.start_byte
        body = match.details.get("body") or match.node.child_by_field_name("body")
        while start in self._attribute_ends:
            start = self._attribute_ends[start]
            start += len(self._source[start : start + 400]) - len(self._source[start : start + 400].lstrip())
        end = body.start_byte if body else match.node.end_byte
        head = self._without_comments(start, min(end, start + 8 * _SIGNATURE_CHARS))
        if body is None or not head.strip():
            head = self._source[start : min(match.node.end_byte, start + 8 * _SIGNATURE_CHARS)].split(b"\n", 1)[0]
        text = _without_body_start(" ".join(head.decode("utf-8", "replace").split()))
        # A C typedef names its struct after the body.
        is_named = not names or names[-1] in text or "selector" in match.details
        named = text if is_named else f"{text} {names[-1]}"
        return named[:_SIGNATURE_CHARS].rstrip()

    def _names(self, details: dict[str, Node]) -> list[str]:
        """Return the parts of a name, outermost first; empty if it is not a name."""
        if "selector" in details:
            return [self._selector(details["selector"])]
        if "name" in details:
            return [name] if (name := self._name(details["name"])) else []
        return definition_path(self._name(details["path"])) if "path" in details else []

    def _name(self, node: Node) -> str:
        name = canonical_name(self._text(node, 4 * _NAME_CHARS))[:_NAME_CHARS]
        return name.removeprefix(":") if node.type == "simple_symbol" else name

    def _selector(self, method: Node) -> str:
        """Return the name of a method of Objective-C: its keywords, each with the colon before its parameter."""
        parts = []
        for child in method.children:
            if child.type == "identifier":
                parts.append(self._text(child, _NAME_CHARS))
            elif child.type == "method_parameter":
                parts.append(":")
        return "".join(parts)[:_NAME_CHARS]

    def _text(self, node: Node, limit: int) -> str:
        """Return the first bytes of a node as text; `node.text` would copy all of every nested node."""
        return self._source[node.start_byte : min(node.end_byte, node.start_byte + limit)].decode("utf-8", "replace")

    def _without_comments(self, start: int, end: int) -> bytes:
        kept = b""
        for first, last in self._comment_spans[bisect_left(self._comment_spans, (start, 0)) :]:
            if first >= end:
                break
            kept, start = kept + self._source[start:first] + b" ", last
        return kept + self._source[start:end]


def _is_kind(capture: str) -> bool:
    return capture not in _DETAILS and not capture.startswith("_")


def _outermost(wrappers: list[Node], node: Node) -> Node | None:
    """Return the largest wrapper that contains only this node."""
    last, outermost = _last_row(node), None
    for wrapper in reversed(wrappers):
        if not 0 <= wrapper.end_byte - node.end_byte <= len(" ;") or _last_row(wrapper) != last:
            break
        outermost = wrapper
    return outermost


def _last_row(node: Node) -> int:
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row


def _without_body_start(signature: str) -> str:
    """Return a signature without the marks and the keyword that open a body."""
    return _BODY_WORDS.sub("", signature.rstrip(_BODY_MARKS)).rstrip(_BODY_MARKS)


def _docstring(literal: str) -> str:
    inner = re.sub(r"^[a-zA-Z~]*+(\"{3}|'{3}|\"|')|(\"{3}|'{3}|\"|')$", "", literal)
    return inspect.cleandoc(inner)[:_DOCSTRING_CHARS].rstrip()
