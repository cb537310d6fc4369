(let_binding pattern: [(value_name) (parenthesized_operator)] @name (parameter)) @function
(let_binding pattern: [(value_name) (parenthesized_operator)] @name body: [(fun_expression) (function_expression)]) @function
(let_binding pattern: (parenthesized_operator) @name) @function
(external (value_name) @name) @function
(compilation_unit (value_definition (let_binding pattern: (value_name) @name) @constant))
(structure (value_definition (let_binding pattern: (value_name) @name) @constant))
(type_binding name: (_) @name) @type
(module_binding (module_name) @name) @module
(module_type_definition (module_type_name) @name) @interface
(class_binding (class_name) @name) @class
(method_definition (method_name) @name) @method
(exception_definition (constructor_declaration (constructor_name) @name)) @type
(value_definition) @wrapper
(type_definition) @wrapper
(module_definition) @wrapper
(class_definition) @wrapper
(comment) @comment
