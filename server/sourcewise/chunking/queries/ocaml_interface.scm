(value_specification (value_name) @name) @function
(type_binding name: (_) @name) @type
(module_type_definition (module_type_name) @name) @interface
(type_definition) @wrapper
(comment) @comment
