(expression_statement (assignment left: (identifier) @_declared type: (type (call function: (identifier) @name)))
  (#eq? @_declared "_")) @function
