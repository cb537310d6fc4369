(function_definition !type declarator: (function_declarator declarator: (identifier) @_macro
  parameters: (parameter_list . (parameter_declaration type: (_) @parent) . (parameter_declaration type: (_) @name) .))
  (#match? @_macro "^(TYPED_)?TEST(_[FPS])?$|^(TYPED_TEST_P|MATCHER_P|FRIEND_TEST)$")) @test
(function_definition !type declarator: (function_declarator declarator: (identifier) @_macro
  parameters: (parameter_list . (parameter_declaration type: (_) @name)))
  (#match? @_macro "^BOOST_[A-Z_]*TEST_CASE|^TEST_CASE$")) @test
(function_definition !type declarator: (function_declarator declarator: (identifier) @_macro
  parameters: (parameter_list . (parameter_declaration type: (_) @name)))
  (#match? @_macro "^[A-Z][A-Z0-9_]*DEFINE[A-Z0-9_]*$")) @function
(field_declaration declarator: (function_declarator declarator: (_) @path)
  default_value: (number_literal)) @function
(field_declaration declarator: (_ declarator: (function_declarator declarator: (_) @path))
  default_value: (number_literal)) @function
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @path))) @function
(function_definition declarator: (operator_cast) @name) @function
(function_definition declarator: (qualified_identifier name: (operator_cast)) @path) @function
(class_specifier name: (_) @path body: (_)) @class
(namespace_definition name: (_) @path body: (_)) @scope.namespace
(concept_definition name: (_) @name) @type
(alias_declaration name: (_) @name) @type
(template_declaration) @wrapper
