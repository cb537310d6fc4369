"""The scopes, imports, exports, classes and types of a JavaScript or TypeScript file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.references.javascript_facts import FactsBuilder, imported_names, module_of_require
from sourcewise.references.javascript_nodes import (
    FUNCTIONS,
    PARAMETERS,
    class_around,
    is_member_name,
    names_in_pattern,
    qualified_name,
    statements_of,
)
from sourcewise.references.occurrence import CALL, OTHER, UNKNOWN, Expression, FileFacts, marked_root
from sourcewise.references.scopes import LocalName, Scopes, first_child, fixed, limited, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from sourcewise.references.scopes import Describer

_LITERALS = frozenset({"string", "template_string", "number", "array", "regex", "true", "false", "null", "undefined"})
_TRANSPARENT = frozenset(
    {"parenthesized_expression", "await_expression", "non_null_expression", "satisfies_expression", "as_expression"}
)
_TRANSPARENT_TYPES = frozenset({"Promise", "Readonly", "Partial", "Required"})
_BUILT_IN_TYPES = frozenset({"predefined_type", "literal_type", "array_type", "tuple_type"})
_NAMES = frozenset(
    {"identifier", "type_identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"}
)


class JavaScriptScopes(Scopes):
    """The scopes of one JavaScript or TypeScript file. The names of a block belong to the function around it."""

    def facts(self) -> FileFacts:
        """Return what the file defines."""
        return FactsBuilder(self).built(self._root)

    def target(self, name: Node) -> Expression:
        """Describe what a name refers to, given its node."""
        parent = name.parent
        if parent is None or parent.type in PARAMETERS:
            return OTHER
        if parent.type in {"import_specifier", "export_specifier", "import_clause", "namespace_import"}:
            return self._imported(name)
        if parent.type == "member_expression" and parent.child_by_field_name("property") == name:
            return self._member(parent)
        if parent.type in {"nested_identifier", "nested_type_identifier"} and first_child(parent) != name:
            return self._nested(parent)
        if is_member_name(parent, name):
            return self._defined_member(parent, name)
        # The name of a function belongs to the scope around it.
        return self.named(text_of(name), parent if parent.type in FUNCTIONS else name) if _is_name(name) else OTHER

    def _defined_member(self, definition: Node, name: Node) -> Expression:
        around = class_around(definition)
        return UNKNOWN if around is None else (*marked_root("class", qualified_name(around)), f".{text_of(name)}")

    def _imported(self, name: Node) -> Expression:
        statement: Node | None = name
        while statement is not None and not statement.type.endswith("_statement"):
            statement = statement.parent
        if statement is None:
            return UNKNOWN
        source = statement.child_by_field_name("source")
        for local, expression in imported_names(statement):
            if source is not None and text_of(name) in {local, expression[0].rpartition("?")[2]}:
                return expression
        return (text_of(name),) if source is None else OTHER

    def _describer(self, node_type: str) -> Describer | None:
        match node_type:
            case "identifier" | "type_identifier" | "shorthand_property_identifier":
                return lambda node: self.resolved(text_of(node), node)
            case "this" | "super":
                return self._own_object
            case "member_expression":
                return self._member
            case "nested_identifier" | "nested_type_identifier":
                return self._nested
            case "call_expression" | "new_expression":
                return self._called
        return self.of_first_child if node_type in _TRANSPARENT else None

    def _is_literal(self, node_type: str) -> bool:
        return node_type in _LITERALS

    def _own_object(self, node: Node) -> Expression:
        around = class_around(node)
        mark = "super" if node.type == "super" else "self"
        return UNKNOWN if around is None else marked_root(mark, qualified_name(around))

    def _member(self, node: Node) -> Expression:
        object_, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        return limited((*self.expression(object_), f".{text_of(name)}")) if object_ and name else UNKNOWN

    def _nested(self, node: Node) -> Expression:
        first, *others = node.named_children
        return limited((*self.expression(first), *(f".{text_of(other)}" for other in others)))

    def _called(self, node: Node) -> Expression:
        if module := module_of_require(node):
            return marked_root("import", module, "")
        called = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        return limited((*self.expression(called), CALL)) if called is not None else UNKNOWN

    def instance(self, annotation: Node) -> Expression:
        """Describe an object by its type."""
        match annotation.type:
            case "type_annotation" | "parenthesized_type" | "readonly_type" | "union_type" | "intersection_type":
                return self.first_known(annotation.named_children, self.instance)
            case "type_identifier" | "nested_type_identifier":
                return limited((*self.expression(annotation), CALL))
            case "this_type":
                return self._own_object(annotation)
            case "generic_type":
                return self._instance_of_generic(annotation)
        return OTHER if annotation.type in _BUILT_IN_TYPES else UNKNOWN

    def _instance_of_generic(self, annotation: Node) -> Expression:
        name, arguments = (annotation.child_by_field_name(field) for field in ("name", "type_arguments"))
        first = first_child(arguments) if arguments is not None else None
        if name is None:
            return UNKNOWN
        return self.instance(first if first is not None and text_of(name) in _TRANSPARENT_TYPES else name)

    def _names_bound_in(self, scope: Node) -> dict[str, LocalName]:
        bound: dict[str, LocalName] = {}
        if scope.type not in FUNCTIONS:
            return bound
        parameters = scope.child_by_field_name("parameters") or scope.child_by_field_name("parameter")
        if parameters is not None:
            listed = [parameters] if parameters.type == "identifier" else parameters.named_children
            for parameter in listed:
                self._bind_parameter(bound, parameter)
        body = scope.child_by_field_name("body")
        for node in statements_of(body) if body is not None else ():
            self._bind(bound, node)
        return bound

    def _bind_parameter(self, bound: dict[str, LocalName], parameter: Node) -> None:
        pattern = parameter.child_by_field_name("pattern") or parameter.child_by_field_name("left") or parameter
        annotation = parameter.child_by_field_name("type")
        if pattern.type == "identifier" and annotation is not None:
            bound[text_of(pattern)] = LocalName(lambda: self.instance(annotation))
            return
        for name in names_in_pattern(pattern):
            bound[name] = LocalName(lambda: UNKNOWN)

    def _bind(self, bound: dict[str, LocalName], node: Node) -> None:
        match node.type:
            case "variable_declarator":
                self._bind_variable(bound, node)
            case "function_declaration" | "generator_function_declaration" | "class_declaration":
                if name := node.child_by_field_name("name"):
                    bound.setdefault(text_of(name), fixed(marked_root("definition", qualified_name(node))))
            case "for_in_statement" | "catch_clause":
                pattern = node.child_by_field_name("left") or node.child_by_field_name("parameter")
                for local in names_in_pattern(pattern) if pattern is not None else ():
                    bound.setdefault(local, LocalName(lambda: UNKNOWN))

    def _bind_variable(self, bound: dict[str, LocalName], node: Node) -> None:
        pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if pattern is None:
            return
        if pattern.type == "identifier":
            is_function = value is not None and value.type in FUNCTIONS
            definition = fixed(marked_root("definition", qualified_name(node)))
            bound.setdefault(text_of(pattern), definition if is_function else LocalName(lambda: self.assigned(node)))
            return
        module = module_of_require(value) if value is not None else ""
        for name in names_in_pattern(pattern):
            local = fixed(marked_root("import", module, name)) if module else LocalName(lambda: UNKNOWN)
            bound.setdefault(name, local)

    def assigned(self, declarator: Node) -> Expression:
        """Describe the object of a variable, by its type or its value."""
        annotation, value = declarator.child_by_field_name("type"), declarator.child_by_field_name("value")
        described = self.instance(annotation) if annotation is not None else UNKNOWN
        return self.expression(value) if described == UNKNOWN and value is not None else described

    def _sees(self, scope: Node, child: Node, node: Node) -> bool:  # noqa: ARG002 - as in the base class
        return scope.type not in FUNCTIONS or scope.child_by_field_name("name") != child


def _is_name(node: Node) -> bool:
    return node.type in _NAMES
