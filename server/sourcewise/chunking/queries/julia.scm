(function_definition (signature [
  (call_expression . (_) @path)
  (typed_expression . (call_expression . (_) @path))
  (where_expression . (call_expression . (_) @path))
  (where_expression . (typed_expression . (call_expression . (_) @path)))])) @function
(assignment . (call_expression . (identifier) @path)) @function
(macro_definition (signature (call_expression . (identifier) @name))) @macro
(struct_definition (type_head [
  (identifier) @name
  (parametrized_type_expression . (identifier) @name)
  (binary_expression . (identifier) @name)
  (binary_expression . (parametrized_type_expression . (identifier) @name))])) @struct
(abstract_definition (type_head [(identifier) @name (binary_expression . (identifier) @name)])) @type
(module_definition name: (_) @name) @module
(const_statement (assignment . (identifier) @name)) @constant
((string_literal) @comment . [
  (function_definition) (assignment) (struct_definition) (macro_definition) (abstract_definition) (const_statement)])
(line_comment) @comment
(block_comment) @comment
