(function_declaration name: (_) @path) @function
(assignment_statement (variable_list name: (_) @path)
  (expression_list value: (function_definition body: (_)? @body))) @function
(assignment_statement (variable_list name: [(identifier) (dot_index_expression)] @path)
  (expression_list value: (binary_expression "or" right: (function_definition body: (_)? @body) @inline.function)))
(assignment_statement (variable_list name: (dot_index_expression
  table: [(function_call) (bracket_index_expression) (parenthesized_expression)] field: (identifier) @name))
  (expression_list value: (function_definition body: (_)? @body) @inline.function))
(field name: (identifier) @name value: (function_definition body: (_)? @body)) @function
(chunk (assignment_statement (variable_list . name: (identifier) @name)) @constant
  (#match? @name "^[A-Z][A-Z0-9_]+$"))
(variable_declaration) @wrapper
(comment) @comment
