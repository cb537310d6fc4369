(class_definition name: (_) @name) @class
(mixin_declaration . (mixin) (identifier) @name) @trait
(enum_declaration name: (_) @name) @enum
(extension_declaration name: (_) @name) @extension
(type_alias . (type_identifier) @name) @type
((method_signature (function_signature name: (_) @name)) @method . (function_body) @body @end)
((method_signature (getter_signature name: (_) @name)) @method . (function_body) @body @end)
((method_signature (setter_signature name: (_) @name)) @method . (function_body) @body @end)
((method_signature (operator_signature (binary_operator) @name)) @method . (function_body) @body @end)
((method_signature (factory_constructor_signature . (identifier) . (identifier) @name)) @constructor
  . (function_body) @body @end)
((method_signature (factory_constructor_signature . (identifier) @name)) @constructor . (function_body) @body @end)
((method_signature (constructor_signature name: (_) @name .)) @constructor . (function_body) @body @end)
((function_signature name: (_) @name) @function . (function_body) @body @end)
(declaration (constructor_signature name: (_) name: (_) @name)) @constructor
(declaration (constructor_signature name: (_) @name)) @constructor
(declaration (function_signature name: (_) @name)) @method
(declaration (static_final_declaration_list (static_final_declaration . (identifier) @name))) @constant
(program (static_final_declaration_list (static_final_declaration . (identifier) @name) @constant))
(annotation) @attribute
(comment) @comment
(documentation_comment) @comment
