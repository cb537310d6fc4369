(call target: (identifier) @_keyword (arguments . (alias) @path) (do_block) @body
  (#any-of? @_keyword "defmodule" "defprotocol")) @module
(call target: (identifier) @_keyword (arguments . (alias) @path) (do_block) @body
  (#eq? @_keyword "defimpl")) @scope.impl
(call target: (identifier) @_keyword
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name) operator: "when")
    (binary_operator left: (identifier) @name operator: "when")
    (binary_operator left: (_) operator: _ @name right: (_))
    (binary_operator left: (binary_operator left: (_) operator: _ @name right: (_)) operator: "when")
    (unary_operator operator: _ @name)])
  (do_block)? @body
  (#any-of? @_keyword "def" "defp" "defdelegate" "defguard" "defguardp") (#not-eq? @name "when")) @function
(call target: (identifier) @_keyword
  (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name) operator: "when")
    (binary_operator left: (_) operator: _ @name right: (_))
    (unary_operator operator: _ @name)])
  (do_block)? @body
  (#any-of? @_keyword "defmacro" "defmacrop") (#not-eq? @name "when")) @macro
(unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (arguments . [
    (binary_operator left: (identifier) @name operator: "::")
    (binary_operator left: (call target: (identifier) @name) operator: "::")
    (identifier) @name
    (call target: (identifier) @name)])
  (#any-of? @_attribute "type" "typep" "opaque"))) @type
(unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (arguments . [
    (binary_operator left: (call target: (identifier) @name) operator: "::")
    (binary_operator left: (binary_operator left: (call target: (identifier) @name) operator: "::") operator: "when")
    (binary_operator left: (binary_operator left: (identifier) @name operator: "::") operator: "when")
    (binary_operator left: (identifier) @name operator: "::")])
  (#any-of? @_attribute "callback" "macrocallback"))) @function
(unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (#any-of? @_attribute "spec" "impl" "deprecated"))) @attribute
(unary_operator operator: "@" operand: (call target: (identifier) @_attribute (arguments (string) @doc)
  (#any-of? @_attribute "moduledoc")))
(comment) @comment
(unary_operator operator: "@" operand: (call target: (identifier) @_attribute
  (#any-of? @_attribute "doc" "typedoc"))) @comment
