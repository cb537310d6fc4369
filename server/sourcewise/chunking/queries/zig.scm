(function_declaration name: (_) @name) @function
(variable_declaration . (identifier) @name (struct_declaration)) @struct
(variable_declaration . (identifier) @name (enum_declaration)) @enum
(variable_declaration . (identifier) @name (union_declaration)) @struct
(source_file (variable_declaration . (identifier) @name (#match? @name "^[A-Z][A-Z0-9_]+$")) @constant)
(test_declaration (string (string_content) @name)) @test
(comment) @comment
