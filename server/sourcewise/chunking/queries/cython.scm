(expression_statement (assignment left: (identifier) @_declared type: (type (identifier) @name) right: [(integer) (parenthesized_expression)])
  (#eq? @_declared "_")) @function
