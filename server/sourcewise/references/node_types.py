"""The node types of each grammar that show what a name is: one table of node types for each language.

An entry with a colon is a node type and a field: `call:function` is the `function` field of a `call`. An entry without
one is the node itself; among calls, keywords and keys it is its first named child, with `:=` only if a `=` follows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeTypes:
    """The node types of a language, separated by spaces.

    Attributes:
        calls: where the callee is.
        members: joins of a receiver and a name, which is the last named child.
        wrappers: nodes around a whole name, such as type arguments after it; the name is the first named child.
        bases: where the bases of a type are.
        imports: statements that import or include.
        decorators: decorators, annotations and attributes.
        keywords: where the name of a keyword argument is.
        keys: where the key of a mapping is.
        strings: literals, without the code embedded in them.
        embedded: code inside a string.
        comments: comments.
    """

    calls: str = ""
    members: str = ""
    wrappers: str = ""
    bases: str = ""
    imports: str = ""
    decorators: str = ""
    keywords: str = ""
    keys: str = ""
    strings: str = "string string_literal"
    embedded: str = "interpolation"
    comments: str = "comment line_comment block_comment"


_JAVASCRIPT = NodeTypes(
    calls="call_expression:function new_expression:constructor jsx_opening_element:name jsx_self_closing_element:name",
    members="member_expression nested_identifier nested_type_identifier",
    wrappers="instantiation_expression non_null_expression generic_type parenthesized_expression",
    bases="class_heritage extends_clause implements_clause extends_type_clause",
    imports="import_statement export_clause namespace_export",
    decorators="decorator",
    keys="pair:key pair_pattern:key jsx_attribute",
    strings="string template_string regex jsx_text",
    embedded="template_substitution jsx_expression",
    comments="comment html_comment",
)
_C = NodeTypes(
    calls="call_expression:function new_expression:type compound_literal_expression:type",
    members="field_expression qualified_identifier",
    wrappers="template_function template_type template_method dependent_name",
    bases="base_class_clause",
    imports="preproc_include using_declaration import_declaration",
    decorators="attribute attribute_declaration attribute_specifier",
    keys="field_designator",
    strings="string_literal raw_string_literal char_literal concatenated_string",
    embedded="",
)

NODE_TYPES: dict[str, NodeTypes] = {
    "python": NodeTypes(
        calls="call:function",
        members="attribute",
        wrappers="parenthesized_expression",
        bases="class_definition:superclasses",
        imports="import_statement import_from_statement future_import_statement",
        decorators="decorator",
        keywords="keyword_argument:name",
        keys="pair:key",
        strings="string concatenated_string",
    ),
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "tsx": _JAVASCRIPT,
    "go": NodeTypes(
        calls="call_expression:function composite_literal:type type_conversion_expression:type",
        members="selector_expression qualified_type",
        wrappers="generic_type parenthesized_expression pointer_type literal_element",
        bases="type_elem",
        imports="import_declaration",
        keys="keyed_element:key",
        strings="interpreted_string_literal raw_string_literal rune_literal",
    ),
    "java": NodeTypes(
        calls="method_invocation:name object_creation_expression:type",
        members="field_access scoped_identifier scoped_type_identifier method_reference",
        wrappers="generic_type",
        bases="superclass super_interfaces extends_interfaces",
        imports="import_declaration",
        decorators="annotation marker_annotation",
        keywords="element_value_pair:key",
        strings="string_literal character_literal",
        embedded="string_interpolation",
    ),
    "rust": NodeTypes(
        calls="call_expression:function macro_invocation:macro struct_expression:name",
        members="field_expression scoped_identifier scoped_type_identifier",
        wrappers="generic_function generic_type generic_type_with_turbofish",
        bases="impl_item:trait trait_bounds",
        imports="use_declaration extern_crate_declaration mod_item",
        decorators="attribute_item inner_attribute_item",
        keys="field_initializer:field",
        strings="string_literal raw_string_literal char_literal",
    ),
    "c": _C,
    "cpp": _C,
    "cuda": _C,
    "objective-c": NodeTypes(
        calls="call_expression:function message_expression:method",
        members="field_expression",
        bases="class_interface:superclass parameterized_arguments",
        imports="preproc_include preproc_import module_import",
        strings="string_literal char_literal",
    ),
    "csharp": NodeTypes(
        calls="invocation_expression:function object_creation_expression:type",
        members="member_access_expression qualified_name member_binding_expression conditional_access_expression",
        wrappers="generic_name",
        bases="base_list",
        imports="using_directive",
        decorators="attribute",
        keywords="argument:name attribute_argument:name",
        strings="string_literal verbatim_string_literal raw_string_literal interpolated_string_expression "
        "character_literal",
    ),
    "ruby": NodeTypes(
        calls="call:method",
        members="scope_resolution",
        bases="superclass",
        keys="pair:key",
        strings="string regex symbol_array string_array heredoc_body subshell",
    ),
    "php": NodeTypes(
        calls="function_call_expression:function member_call_expression:name scoped_call_expression:name "
        "nullsafe_member_call_expression:name object_creation_expression",
        members="qualified_name member_access_expression class_constant_access_expression",
        bases="base_clause class_interface_clause use_declaration",
        imports="namespace_use_declaration require_once_expression include_once_expression",
        decorators="attribute",
        keywords="argument:name",
        strings="string encapsed_string heredoc nowdoc",
        embedded="variable_name member_call_expression member_access_expression",
    ),
    "kotlin": NodeTypes(
        calls="call_expression",
        members="navigation_expression qualified_identifier",
        wrappers="user_type constructor_invocation",
        bases="delegation_specifiers",
        imports="import",
        decorators="annotation",
        keywords="value_argument:=",
        strings="string_literal multiline_string_literal character_literal",
    ),
    "swift": NodeTypes(
        calls="call_expression",
        members="navigation_expression navigation_suffix",
        wrappers="user_type value_argument_label",
        bases="inheritance_specifier",
        imports="import_declaration",
        decorators="attribute",
        keywords="value_argument:name",
        strings="line_string_literal multi_line_string_literal raw_string_literal regex_literal",
        embedded="interpolated_expression",
        comments="comment multiline_comment",
    ),
    "scala": NodeTypes(
        calls="call_expression:function instance_expression infix_expression:operator",
        members="field_expression stable_identifier stable_type_identifier",
        wrappers="generic_type generic_function",
        bases="extends_clause derives_clause",
        imports="import_declaration",
        decorators="annotation",
        strings="string interpolated_string character_literal",
    ),
    "lua": NodeTypes(
        calls="function_call:name",
        members="dot_index_expression method_index_expression",
        keys="field:name",
    ),
    "bash": NodeTypes(
        calls="command:name",
        wrappers="command_name",
        strings="string raw_string ansi_c_string heredoc_body",
        embedded="command_substitution simple_expansion expansion",
    ),
    "elixir": NodeTypes(
        calls="call:target",
        members="dot",
        keys="pair:key",
        strings="string charlist sigil",
    ),
    "json": NodeTypes(keys="pair:key"),
    "yaml": NodeTypes(
        keys="block_mapping_pair:key flow_pair:key",
        wrappers="flow_node plain_scalar",
        strings="string_scalar single_quote_scalar double_quote_scalar block_scalar",
    ),
    "toml": NodeTypes(keys="pair table table_array_element", members="dotted_key"),
    "dart": NodeTypes(
        bases="superclass interfaces mixins",
        imports="import_or_export",
        decorators="annotation",
        strings="string_literal",
        embedded="template_substitution",
    ),
}

GENERAL = NodeTypes(
    calls="call_expression call function_call",
    strings="string string_literal string_scalar single_quote_scalar double_quote_scalar raw_string_literal",
    comments="comment line_comment block_comment multiline_comment",
)
"""For languages without a table of their own."""
