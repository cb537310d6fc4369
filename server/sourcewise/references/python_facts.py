"""Collects what a Python file defines: its functions, classes with their members, variables and imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sourcewise.references.occurrence import OTHER, UNKNOWN, ClassFacts, FileFacts, Member, marked_root
from sourcewise.references.python_nodes import decorators_of
from sourcewise.references.scopes import first_child, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from sourcewise.references.occurrence import Expression

_PROPERTIES = ("property", "cached_property", "reify", "under_cached_property", "computed_field")


def imported_names(statement: Node) -> Iterator[tuple[str, Expression]]:
    """Yield the names that an import statement binds, with what they refer to; `*` is among the names."""
    module = statement.child_by_field_name("module_name")
    path = text_of(module).replace(" ", "") if module is not None else ""
    if any(child.type == "wildcard_import" for child in statement.named_children):
        yield "*", marked_root("import", path, "")
    for name in statement.children_by_field_name("name"):
        imported, alias = name.child_by_field_name("name"), name.child_by_field_name("alias")
        dotted = text_of(imported or name)
        if module is not None:
            yield text_of(alias) if alias else dotted, marked_root("import", path, dotted)
        elif alias is not None:
            yield text_of(alias), marked_root("import", dotted, "")
        else:
            first = dotted.partition(".")[0]
            yield first, marked_root("import", first, "")


class Describer(Protocol):
    """Describes objects of a file; see PythonScopes."""

    def expression(self, node: Node, /) -> Expression:
        """Describe the object of an expression."""

    def instance(self, annotation: Node, /) -> Expression:
        """Describe an object by its annotation."""

    def assigned(self, assignment: Node, /) -> Expression:
        """Describe the object that an assignment assigns."""


class FactsBuilder:
    """Collects the facts of one file."""

    def __init__(self, scopes: Describer) -> None:
        self._scopes = scopes
        self._classes: dict[str, ClassFacts] = {}
        self._wildcards: list[str] = []
        self._nested: dict[str, int] = {}

    def built(self, root: Node) -> FileFacts:
        """Return the facts of a file."""
        members: dict[str, Member] = {}
        self._visit(root, members, (), None)
        return FileFacts(members, self._classes, tuple(self._wildcards), None, self._nested)

    def _visit(
        self, node: Node, members: dict[str, Member] | None, around: tuple[str, ...], own: ClassFacts | None
    ) -> None:
        """Collect from statements.

        Args:
            node: contains the statements.
            members: of the scope; None inside a function.
            around: names of the definitions around the statements.
            own: the class of the method around the statements.
        """
        for child in node.named_children:
            match child.type:
                case "decorated_definition":
                    self._visit(child, members, around, own)
                case "function_definition":
                    self._add_function(child, members, around, own)
                case "class_definition":
                    self._add_class(child, members, around)
                case "expression_statement":
                    self._add_assignments(child, members, own)
                case "import_statement" | "import_from_statement":
                    self._add_imports(child, members)
                case _ if _contains_statements(child):
                    self._visit(child, members, around, own)

    def _add_function(
        self, node: Node, members: dict[str, Member] | None, around: tuple[str, ...], own: ClassFacts | None
    ) -> None:
        name, returns, body = (node.child_by_field_name(field) for field in ("name", "return_type", "body"))
        if name is None:
            return
        value = self._scopes.instance(returns) if returns is not None else UNKNOWN
        qualified = (*around, text_of(name))
        if members is None:
            self._nested[".".join(qualified)] = _line(name)
        else:
            known = members.get(text_of(name))
            if known is None or not known.is_definition or known.value == UNKNOWN:
                members[text_of(name)] = Member(_line(name), value, is_function=not _is_property(node))
        if body is not None:
            in_class = members is not None and bool(around)
            self._visit(body, None, qualified, self._classes.get(".".join(around)) if in_class else own)

    def _add_class(self, node: Node, members: dict[str, Member] | None, around: tuple[str, ...]) -> None:
        name, bases, body = (node.child_by_field_name(field) for field in ("name", "superclasses", "body"))
        if name is None:
            return
        qualified = ".".join((*around, text_of(name)))
        if members is None:
            self._nested[qualified] = _line(name)
        else:
            members[text_of(name)] = Member(_line(name), is_class=True)
        described = [self._scopes.expression(base) for base in (bases.named_children if bases else ())]
        facts = self._classes.setdefault(qualified, ClassFacts(tuple(described), {}))
        if body is not None:
            self._visit(body, facts.members, (*around, text_of(name)), None)

    def _add_assignments(self, statement: Node, members: dict[str, Member] | None, own: ClassFacts | None) -> None:
        node = first_child(statement)
        while node is not None and node.type == "assignment":
            left = node.child_by_field_name("left")
            if left is not None:
                self._add_targets(left, node, members, own)
            node = node.child_by_field_name("right")

    def _add_targets(
        self, left: Node, assignment: Node, members: dict[str, Member] | None, own: ClassFacts | None
    ) -> None:
        if left.type == "identifier" and members is not None:
            _add_variable(members, text_of(left), _line(left), self._scopes.assigned(assignment))
        elif left.type == "attribute" and own is not None and text_of(left).startswith(("self.", "cls.")):
            name = left.child_by_field_name("attribute")
            if name is not None and text_of(left).count(".") == 1:
                _add_variable(own.members, text_of(name), _line(left), self._scopes.assigned(assignment))
        elif left.type in {"pattern_list", "tuple_pattern"} and members is not None:
            for target in left.named_children:
                if target.type == "identifier":
                    _add_variable(members, text_of(target), _line(target), UNKNOWN)

    def _add_imports(self, statement: Node, members: dict[str, Member] | None) -> None:
        for name, expression in imported_names(statement):
            if members is not None and name == "*":
                self._wildcards.append(expression[0].split("?")[1])
            elif members is not None:
                members.setdefault(name, Member(_line(statement), expression, is_definition=False))


def _add_variable(members: dict[str, Member], name: str, line: int, value: Expression) -> None:
    known = members.get(name)
    if known is None:
        members[name] = Member(line, value)
    elif known.is_definition and not known.is_class and not known.is_function and known.value in (UNKNOWN, OTHER):
        members[name] = known._replace(value=value)


def _contains_statements(node: Node) -> bool:
    return node.type == "block" or node.type.endswith(("_statement", "_clause"))


def _is_property(function: Node) -> bool:
    names = [decorator.partition("(")[0].rpartition(".")[2].strip() for decorator in decorators_of(function)]
    return any(name in _PROPERTIES for name in names)


def _line(node: Node) -> int:
    return node.start_point[0] + 1
