(function_declaration name: (_) @name) @function
(generator_function_declaration name: (_) @name) @function
(class_declaration name: (_) @name) @class
(method_definition name: (_) @name) @method
(variable_declarator name: (identifier) @name value: (arrow_function body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (function_expression body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (generator_function body: (_) @body)) @function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @class
(export_statement (lexical_declaration (variable_declarator name: (identifier) @name value: (object) @body) @object))
(variable_declarator name: (identifier) @name value: (object) @body) @scope.object
(variable_declarator name: (identifier) @name
  value: (call_expression function: (_) @_wrapper
    arguments: (arguments . [(arrow_function body: (_) @body) (function_expression body: (_) @body)]))
  (#match? @_wrapper "(^|\\.)(memo|forwardRef|observer|lazy|useCallback)$")) @function
(program (_ (variable_declarator name: (identifier) @name
  value: (call_expression arguments: (arguments [(arrow_function body: (_) @body) (function_expression body: (_) @body)])))
  @function))
(program (export_statement (_ (variable_declarator name: (identifier) @name
  value: (call_expression arguments: (arguments [(arrow_function body: (_) @body) (function_expression body: (_) @body)])))
  @function)))
(program (lexical_declaration (variable_declarator name: (identifier) @name
  value: [(call_expression function: (_) @_made) (new_expression constructor: (_) @_made)]) @constant)
  (#not-match? @_made "^(require|import)$"))
(program (lexical_declaration (variable_declarator name: (identifier) @name) @constant)
  (#match? @name "^[A-Z][A-Z0-9_]+$"))
(export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @constant))
(export_statement (lexical_declaration (variable_declarator name: (object_pattern [
  (shorthand_property_identifier_pattern) @name @constant
  (pair_pattern value: (identifier) @name @constant)]))))
(pair key: [(property_identifier) (string (string_fragment))] @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function
(assignment_expression left: [(member_expression) (identifier)] @path
  right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @function
(assignment_expression left: [(member_expression) (identifier)] @path right: (class body: (_) @body)) @class
(assignment_expression left: (subscript_expression) right: (function_expression name: (_) @name body: (_) @body)) @function
(arguments (function_expression name: (identifier) @name) @function)
(return_statement (function_expression name: (identifier) @name) @function)
(assignment_expression left: [(member_expression) (identifier)] @path
  right: (assignment_expression right: [(arrow_function body: (_) @body) (function_expression body: (_) @body)])) @inline.function
(function_expression name: (identifier) @name body: (_) @body) @inline.function
(generator_function name: (identifier) @name body: (_) @body) @inline.function
(class name: (_) @name body: (_) @body) @inline.class
(expression_statement (assignment_expression)) @wrapper
(lexical_declaration) @wrapper
(variable_declaration) @wrapper
(export_statement declaration: (_)) @wrapper
(decorator) @attribute
(comment) @comment
