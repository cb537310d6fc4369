(function_declaration name: (_) @path) @function
(assignment_statement (variable_list name: (_) @path)
  (expression_list value: (function_definition body: (_)? @body))) @function
(field name: (identifier) @name value: (function_definition body: (_)? @body)) @function
(chunk (assignment_statement (variable_list . name: (identifier) @name)) @constant
  (#match? @name "^[A-Z][A-Z0-9_]+$"))
(variable_declaration) @wrapper
(comment) @comment
