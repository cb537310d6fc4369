(abstract_class_declaration name: (_) @name) @class
(interface_declaration name: (_) @name) @interface
(enum_declaration name: (_) @name) @enum
(type_alias_declaration name: (_) @name value: (_) @body) @type
(function_signature name: (_) @name) @function
(abstract_method_signature name: (_) @name) @method
(public_field_definition name: (_) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method
(interface_body (method_signature name: (_) @name) @method)
(interface_body (property_signature name: (_) @name type: (type_annotation (function_type))) @method)
(interface_body (property_signature name: (_) @name) @property)
(type_alias_declaration value: (object_type (method_signature name: (_) @name) @inline.method))
(type_alias_declaration value: (object_type
  (property_signature name: (_) @name type: (type_annotation (function_type))) @inline.method))
(class_body (method_signature name: (_) @name) @method)
(ambient_declaration (_ (variable_declarator name: (identifier) @name) @constant))
(internal_module name: (_) @path) @module
(module name: (_) @name) @module
(ambient_declaration) @wrapper
(expression_statement (internal_module)) @wrapper
