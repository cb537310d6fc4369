(function_definition declarator: (function_declarator declarator: (_) @path)) @function
(function_definition declarator: (_ declarator: (function_declarator declarator: (_) @path))) @function
(function_definition declarator: (_ declarator: (_ declarator: (function_declarator declarator: (_) @path)))) @function
(struct_specifier name: (_) @path body: (_)) @struct
(union_specifier name: (_) @path body: (_)) @struct
(enum_specifier name: (_) @path body: (_)) @enum
(type_definition type: (struct_specifier body: (_) @body) declarator: (type_identifier) @name) @struct
(type_definition type: (union_specifier body: (_) @body) declarator: (type_identifier) @name) @struct
(type_definition type: (enum_specifier body: (_) @body) declarator: (type_identifier) @name) @enum
(type_definition declarator: [
  (type_identifier) @name
  (pointer_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: (type_identifier) @name)
  (pointer_declarator declarator: (function_declarator declarator: (type_identifier) @name))
  (array_declarator declarator: (type_identifier) @name)
  (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))
  (pointer_declarator declarator: (function_declarator
    declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name))))]) @type
(preproc_function_def name: (_) @name value: (_)? @body) @macro
(preproc_def name: (_) @name value: (_)) @constant
(comment) @comment
