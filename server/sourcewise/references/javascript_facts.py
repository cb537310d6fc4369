"""Collects what a JavaScript or TypeScript file defines, imports and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sourcewise.references.occurrence import (
    OTHER,
    UNKNOWN,
    WHOLE_MODULE,
    ClassFacts,
    Expression,
    FileFacts,
    Member,
    marked_root,
)
from sourcewise.references.scopes import first_child, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration", "function_signature"})
_FUNCTION_VALUES = frozenset({"function_expression", "arrow_function", "generator_function"})
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration", "interface_declaration", "class"})
_TYPES = frozenset({"type_alias_declaration", "enum_declaration"})
_METHODS = frozenset({"method_definition", "method_signature", "abstract_method_signature"})
_FIELDS = frozenset({"public_field_definition", "field_definition", "property_signature"})


def module_of_require(node: Node) -> str:
    """Return the module of `require("module")` or `import("module")`; empty for other nodes."""
    if node.type == "await_expression" and first_child(node) is not None:
        node = first_child(node) or node
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type != "call_expression" or function is None or arguments is None:
        return ""
    first = first_child(arguments)
    is_require = text_of(function) in {"require", "import"} and first is not None and first.type == "string"
    return _content(first) if is_require and first is not None else ""


def imported_names(statement: Node) -> Iterator[tuple[str, Expression]]:
    """Yield the names that an import or a re-export binds, with what they refer to."""
    source = statement.child_by_field_name("source")
    module = _content(source) if source is not None else ""
    waiting = statement.named_children
    while waiting:
        node = waiting.pop(0)
        if node.type in {"import_specifier", "export_specifier"}:
            name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
            if name is not None:
                origin = marked_root("import", module, text_of(name)) if source is not None else (text_of(name),)
                yield text_of(alias or name), origin
        elif node.type in {"namespace_import", "namespace_export"} and first_child(node) is not None:
            yield text_of(first_child(node) or node), marked_root("import", module, "")
        elif node.type == "identifier":
            yield text_of(node), marked_root("import", module, "default")
        elif node.type in {"import_clause", "named_imports", "export_clause"}:
            waiting = [*node.named_children, *waiting]


class Describer(Protocol):
    """Describes objects of a file; see JavaScriptScopes."""

    def expression(self, node: Node, /) -> Expression:
        """Describe the object of an expression."""

    def instance(self, annotation: Node, /) -> Expression:
        """Describe an object by its type."""

    def assigned(self, declarator: Node, /) -> Expression:
        """Describe the object of a variable."""


class FactsBuilder:
    """Collects the facts of one file."""

    def __init__(self, scopes: Describer) -> None:
        self._scopes = scopes
        self._members: dict[str, Member] = {}
        self._classes: dict[str, ClassFacts] = {}
        self._wildcards: list[str] = []
        self._exports: dict[str, Expression] = {}

    def built(self, root: Node) -> FileFacts:
        """Return the facts of a file."""
        for statement in root.named_children:
            self._add(statement)
        return FileFacts(self._members, self._classes, tuple(self._wildcards), self._exports)

    def _add(self, node: Node) -> None:
        match node.type:
            case "lexical_declaration" | "variable_declaration":
                for declarator in node.named_children:
                    self._add_variable(declarator)
            case "import_statement":
                for local, expression in imported_names(node):
                    self._members[local] = Member(_line(node), expression, is_definition=False)
            case "export_statement":
                self._add_export(node)
            case "expression_statement":
                self._add_assignment(first_child(node))
            case "ambient_declaration":
                for child in node.named_children:
                    self._add(child)
        self._add_named(node)

    def _add_named(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if node.type in _FUNCTIONS and name is not None:
            self._members[text_of(name)] = Member(_line(name), self._returned(node), is_function=True)
        elif node.type in _CLASSES and name is not None:
            self._add_class(text_of(name), node)
        elif node.type in _TYPES and name is not None:
            self._members[text_of(name)] = Member(_line(name), is_class=True)

    def _add_variable(self, declarator: Node) -> None:
        name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
        if name is None or declarator.type != "variable_declarator":
            return
        module = module_of_require(value) if value is not None else ""
        if name.type == "identifier":
            self._add_named_variable(name, declarator, value, module)
            return
        for local, imported in _destructured(name):
            origin = marked_root("import", module, imported) if module else UNKNOWN
            self._members[local] = Member(_line(name), origin, is_definition=not module)

    def _add_named_variable(self, name: Node, declarator: Node, value: Node | None, module: str) -> None:
        if value is not None and value.type == "class":
            self._add_class(text_of(name), value)
        elif value is not None and value.type in _FUNCTION_VALUES:
            self._members[text_of(name)] = Member(_line(name), self._returned(value), is_function=True)
        elif module:
            self._members[text_of(name)] = Member(_line(name), marked_root("import", module, ""), is_definition=False)
        else:
            self._members[text_of(name)] = Member(_line(name), self._scopes.assigned(declarator))

    def _add_class(self, name: str, node: Node) -> None:
        named = node.child_by_field_name("name") or node
        self._members[name] = Member(_line(named), is_class=True)
        facts = self._classes.setdefault(name, ClassFacts(tuple(self._bases(node)), {}))
        body = node.child_by_field_name("body")
        for child in body.named_children if body is not None else ():
            self._add_member(facts.members, child)

    def _bases(self, node: Node) -> Iterator[Expression]:
        waiting = [child for child in node.named_children if child.type in {"class_heritage", "extends_type_clause"}]
        while waiting:
            child = waiting.pop()
            if child.type in {"class_heritage", "extends_clause", "implements_clause", "extends_type_clause"}:
                waiting += child.named_children
            elif child.type == "generic_type":
                waiting += child.named_children[:1]
            elif child.type != "type_arguments":
                yield self._scopes.expression(child)

    def _add_member(self, members: dict[str, Member], node: Node) -> None:
        name = node.child_by_field_name("name") or node.child_by_field_name("property")
        if name is None:
            return
        if node.type in _METHODS:
            is_getter = any(child.type == "get" for child in node.children)
            members[text_of(name)] = Member(_line(name), self._returned(node), is_function=not is_getter)
            self._add_fields_of_constructor(members, node, text_of(name))
        elif node.type in _FIELDS:
            value = node.child_by_field_name("value")
            is_function = value is not None and value.type in _FUNCTION_VALUES
            described = self._returned(value) if is_function and value is not None else self._scopes.assigned(node)
            members[text_of(name)] = Member(_line(name), described, is_function=is_function)

    def _add_fields_of_constructor(self, members: dict[str, Member], method: Node, name: str) -> None:
        parameters, body = method.child_by_field_name("parameters"), method.child_by_field_name("body")
        if name == "constructor" and parameters is not None:
            for parameter in parameters.named_children:
                pattern, annotation = parameter.child_by_field_name("pattern"), parameter.child_by_field_name("type")
                is_field = any(child.type in {"accessibility_modifier", "readonly"} for child in parameter.children)
                if is_field and pattern is not None and annotation is not None:
                    members.setdefault(text_of(pattern), Member(_line(pattern), self._scopes.instance(annotation)))
        for statement in body.named_children if body is not None else ():
            assigned = first_child(statement) if statement.type == "expression_statement" else None
            if assigned is not None and assigned.type == "assignment_expression":
                self._add_field(members, assigned)

    def _add_field(self, members: dict[str, Member], assignment: Node) -> None:
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        object_, name = (left.child_by_field_name(field) for field in ("object", "property")) if left else (None, None)
        if object_ is not None and name is not None and right is not None and object_.type == "this":
            members.setdefault(text_of(name), Member(_line(name), self._scopes.expression(right)))

    def _returned(self, function: Node) -> Expression:
        annotation = function.child_by_field_name("return_type")
        return self._scopes.instance(annotation) if annotation is not None else UNKNOWN

    def _add_export(self, node: Node) -> None:
        declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
        is_default = any(child.type == "default" for child in node.children)
        if declaration is not None:
            self._add(declaration)
            name = declaration.child_by_field_name("name")
            if is_default and name is not None:
                self._exports["default"] = (text_of(name),)
        elif is_default and value is not None:
            self._exports["default"] = self._scopes.expression(value)
        elif node.child_by_field_name("source") is not None and any(child.type == "*" for child in node.children):
            self._wildcards.append(_content(node.child_by_field_name("source") or node))
        else:
            self._exports.update(imported_names(node))

    def _add_assignment(self, node: Node | None) -> None:
        """Add `exports.name = value`, `module.exports = value` and `Type.prototype.name = function`."""
        left, right = (
            (node.child_by_field_name("left"), node.child_by_field_name("right"))
            if node is not None and node.type == "assignment_expression"
            else (None, None)
        )
        if left is None or right is None or left.type != "member_expression":
            return
        object_, name = left.child_by_field_name("object"), left.child_by_field_name("property")
        on, named = text_of(object_ or left), text_of(name or left)
        if (on, named) == ("module", "exports"):
            self._export_object(right)
        elif on in {"exports", "module.exports"}:
            self._export_value(named, name or left, right)
        elif on.endswith(".prototype") and on.count(".") == 1:
            facts = self._classes.setdefault(on.partition(".")[0], ClassFacts((), {}))
            facts.members[named] = Member(_line(left), is_function=right.type in _FUNCTION_VALUES)

    def _export_object(self, value: Node) -> None:
        self._exports["default"] = self._exports[WHOLE_MODULE] = self._scopes.expression(value)
        for child in value.named_children if value.type == "object" else ():
            if child.type == "shorthand_property_identifier":
                self._exports[text_of(child)] = (text_of(child),)
            elif child.type == "pair":
                key, exported = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is not None and exported is not None:
                    self._exports[text_of(key)] = self._scopes.expression(exported)

    def _export_value(self, name: str, node: Node, value: Node) -> None:
        described = self._scopes.expression(value)
        if value.type in _FUNCTION_VALUES or described in (UNKNOWN, OTHER):
            self._members.setdefault(name, Member(_line(node), is_function=value.type in _FUNCTION_VALUES))
        else:
            self._exports[name] = described


def _destructured(pattern: Node) -> Iterator[tuple[str, str]]:
    """Yield the names that a pattern binds, each with the name of the property."""
    for child in pattern.named_children:
        if child.type == "shorthand_property_identifier_pattern":
            yield text_of(child), text_of(child)
        elif child.type == "pair_pattern":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and value is not None and value.type == "identifier":
                yield text_of(value), text_of(key)
        elif child.type == "identifier":
            yield text_of(child), ""


def _content(string: Node) -> str:
    return text_of(string)[1:-1]


def _line(node: Node) -> int:
    return node.start_point[0] + 1
