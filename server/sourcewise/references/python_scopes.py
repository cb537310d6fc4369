"""The scopes, imports, classes and types of a Python file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.references.occurrence import CALL, ENTER, OTHER, UNKNOWN, Expression, FileFacts, marked_root
from sourcewise.references.python_facts import FactsBuilder, imported_names
from sourcewise.references.python_nodes import (
    COMPREHENSIONS,
    FUNCTIONS,
    class_around,
    decorators_of,
    is_in_function,
    is_parameter,
    names_in_pattern,
    outer_definition,
    qualified_name,
    statements_of,
)
from sourcewise.references.scopes import LocalName, Scopes, first_child, fixed, limited, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from sourcewise.references.scopes import Describer

_LITERALS = frozenset(
    {
        *("string", "concatenated_string", "integer", "float", "true", "false", "none", "list", "dictionary"),
        *("set", "tuple", "lambda", "comparison_operator", "not_operator", *COMPREHENSIONS),
    }
)
# Types that stand for their first argument.
_TRANSPARENT = frozenset(
    {"Optional", "Union", "Annotated", "ClassVar", "Final", "Required", "NotRequired", "Awaitable"}
)


class PythonScopes(Scopes):
    """The scopes of one Python file."""

    def facts(self) -> FileFacts:
        """Return what the file defines."""
        return FactsBuilder(self).built(self._root)

    def target(self, name: Node) -> Expression:
        """Describe what a name refers to, given its node."""
        parent = name.parent
        if parent is None or parent.type == "keyword_argument":
            return UNKNOWN if parent is None or parent.child_by_field_name("name") == name else self._bare(name)
        if parent.type in {"function_definition", "class_definition"} and parent.child_by_field_name("name") == name:
            return self._defined(parent)
        if parent.type in {"dotted_name", "aliased_import"}:
            return self._imported(name)
        if parent.type == "attribute" and parent.child_by_field_name("attribute") == name:
            return self.expression(parent)
        return OTHER if is_parameter(name) else self._bare(name)

    def _bare(self, name: Node) -> Expression:
        return self.named(text_of(name), name)

    def _defined(self, definition: Node) -> Expression:
        """Describe a function or class as the definition that it is."""
        name, outer = text_of(definition.child_by_field_name("name") or definition), outer_definition(definition)
        if outer is None:
            return (name,)
        if outer.type == "class_definition":
            return (*marked_root("class", qualified_name(outer)), f".{name}")
        return marked_root("definition", qualified_name(definition))

    def _imported(self, name: Node) -> Expression:
        """Describe a name in an import statement, or a part of the path of a module."""
        statement: Node | None = name
        while statement is not None and not statement.type.endswith("_statement"):
            statement = statement.parent
        for local, expression in imported_names(statement) if statement is not None else ():
            if text_of(name) in {local, expression[0].rpartition("?")[2]}:
                return expression
        return OTHER

    def _describer(self, node_type: str) -> Describer | None:
        match node_type:
            case "identifier":
                return lambda node: self.resolved(text_of(node), node)
            case "attribute":
                return self._attribute
            case "call":
                return self._called
            case "parenthesized_expression" | "await" | "expression_statement":
                return self.of_first_child
            case "conditional_expression" | "boolean_operator" | "named_expression":
                return lambda node: self.first_known(node.named_children, self.expression)
        return self._generic if node_type == "subscript" else None

    def _is_literal(self, node_type: str) -> bool:
        return node_type in _LITERALS

    def _attribute(self, node: Node) -> Expression:
        object_, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        return limited((*self.expression(object_), f".{text_of(name)}")) if object_ and name else UNKNOWN

    def _generic(self, node: Node) -> Expression:
        """Describe a class with type arguments, but not an item of a container."""
        value = node.child_by_field_name("value")
        is_type = value is not None and text_of(value).rpartition(".")[2][:1].isupper()
        return self.expression(value) if value and is_type else UNKNOWN

    def _called(self, call: Node) -> Expression:
        function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if function is None:
            return UNKNOWN
        first = first_child(arguments) if arguments is not None else None
        called = text_of(function) if function.type in {"identifier", "attribute"} else ""
        if called == "super":
            around = class_around(call)
            return UNKNOWN if around is None else marked_root("super", qualified_name(around))
        if called in {"cast", "typing.cast"} and first is not None:
            return self.instance(first)
        return limited((*self.expression(function), CALL))

    def instance(self, annotation: Node) -> Expression:
        """Describe an object by its annotation."""
        match annotation.type:
            case "type" | "parenthesized_expression":
                return self.first_known(annotation.named_children[:1], self.instance)
            case "identifier" | "attribute":
                return self._instance_of(annotation)
            case "string":
                return self._instance_of_quoted(annotation)
            case "binary_operator" | "union_type":
                return self.first_known(annotation.named_children, self.instance)
            case "generic_type" | "subscript":
                return self._instance_of_generic(annotation)
        return OTHER if annotation.type == "none" else UNKNOWN

    def _instance_of_quoted(self, annotation: Node) -> Expression:
        names = text_of(annotation).strip("'\"").partition("[")[0].split(".")
        if not all(name.isidentifier() for name in names):
            return UNKNOWN
        return limited((*self.resolved(names[0], annotation), *(f".{name}" for name in names[1:]), CALL))

    def _instance_of(self, annotation: Node) -> Expression:
        if text_of(annotation).rpartition(".")[2] == "Self":
            around = class_around(annotation)
            return UNKNOWN if around is None else marked_root("self", qualified_name(around))
        return limited((*self.expression(annotation), CALL))

    def _instance_of_generic(self, annotation: Node) -> Expression:
        base, *arguments = annotation.named_children
        name = text_of(base).rpartition(".")[2]
        first = arguments[0] if arguments else None
        first = first_child(first) if first is not None and first.type == "type_parameter" else first
        if first is not None and name in {"Type", "type"}:
            return self.instance(first)[:-1] or UNKNOWN
        return self.instance(first if first is not None and name in _TRANSPARENT else base)

    def _sees(self, scope: Node, child: Node, node: Node) -> bool:
        # A class is no scope for its methods; decorators, bases, defaults and annotations are outside of the scope.
        if scope.type == "class_definition":
            return scope.child_by_field_name("body") == child and not is_in_function(node, scope)
        return scope.type not in FUNCTIONS or scope.child_by_field_name("body") == child

    def _names_bound_in(self, scope: Node) -> dict[str, LocalName]:
        bound: dict[str, LocalName] = {}
        if scope.type == "class_definition":
            return self._names_of_class(scope)
        if scope.type not in FUNCTIONS and scope.type not in COMPREHENSIONS:
            return bound
        parameters = scope.child_by_field_name("parameters")
        for number, parameter in enumerate(parameters.named_children if parameters else ()):
            self._bind_parameter(bound, scope, parameter, is_first=number == 0)
        body = scope if scope.type in COMPREHENSIONS else scope.child_by_field_name("body")
        elsewhere: set[str] = set()
        for node in statements_of(body) if body is not None else ():
            if node.type in {"global_statement", "nonlocal_statement"}:
                elsewhere.update(text_of(name) for name in node.named_children)
            self._bind(bound, node)
        return {name: local for name, local in bound.items() if name not in elsewhere}

    def _names_of_class(self, scope: Node) -> dict[str, LocalName]:
        root = marked_root("class", qualified_name(scope))
        body, bound = scope.child_by_field_name("body"), dict[str, LocalName]()
        for node in statements_of(body) if body is not None else ():
            self._bind(bound, node)
        return {name: fixed((*root, f".{name}")) for name in bound}

    def _bind_parameter(self, bound: dict[str, LocalName], function: Node, parameter: Node, *, is_first: bool) -> None:
        name = parameter if parameter.type == "identifier" else parameter.child_by_field_name("name")
        name = name or first_child(parameter)
        annotation, outer = parameter.child_by_field_name("type"), outer_definition(function)
        if name is None:
            return
        root = UNKNOWN
        decorators = decorators_of(function)
        if is_first and outer is not None and outer.type == "class_definition" and "staticmethod" not in decorators:
            of_class = "classmethod" in decorators or text_of(name) in {"cls", "mcs"}
            root = marked_root("class" if of_class else "self", qualified_name(outer))
            annotation = None
        bound[text_of(name).lstrip("*")] = LocalName(lambda: root if annotation is None else self.instance(annotation))

    def _bind(self, bound: dict[str, LocalName], node: Node) -> None:
        """Add the names that a statement binds."""
        match node.type:
            case "assignment" | "augmented_assignment" | "named_expression":
                self._bind_assignment(bound, node)
            case "for_statement" | "for_in_clause":
                left = node.child_by_field_name("left")
                for name in names_in_pattern(left) if left else ():
                    bound.setdefault(name, LocalName(lambda: UNKNOWN))
            case "as_pattern":
                self._bind_alias(bound, node)
            case "function_definition" | "class_definition":
                root = marked_root("definition", qualified_name(node))
                bound.setdefault(root[0].rpartition(".")[2].rpartition("?")[2], fixed(root))
            case "import_statement" | "import_from_statement":
                for name, expression in imported_names(node):
                    bound.setdefault(name, fixed(expression))

    def _bind_assignment(self, bound: dict[str, LocalName], node: Node) -> None:
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        if left is None:
            return
        if left.type != "identifier":
            for name in names_in_pattern(left):
                bound.setdefault(name, LocalName(lambda: UNKNOWN))
            return
        if text_of(left) in bound:
            bound[text_of(left)].assigned(lambda: self.assigned(node))
        else:
            bound[text_of(left)] = LocalName(lambda: self.assigned(node))

    def assigned(self, assignment: Node) -> Expression:
        """Describe the object that an assignment assigns, by its annotation or its value."""
        annotation = assignment.child_by_field_name("type")
        value = assignment.child_by_field_name("right") or assignment.child_by_field_name("value")
        described = self.instance(annotation) if annotation is not None else UNKNOWN
        return self.expression(value) if described == UNKNOWN and value is not None else described

    def _bind_alias(self, bound: dict[str, LocalName], node: Node) -> None:
        value, alias = first_child(node), node.child_by_field_name("alias")
        name = first_child(alias) if alias is not None else None
        if value is None or name is None or name.type != "identifier":
            return
        is_exception = node.parent is not None and node.parent.type == "except_clause"
        bound[text_of(name)] = LocalName(
            lambda: self.instance(value) if is_exception else limited((*self.expression(value), ENTER))
        )
