(class_declaration name: (_) @name) @class
(struct_declaration name: (_) @name) @struct
(record_declaration name: (_) @name) @class
(interface_declaration name: (_) @name) @interface
(enum_declaration name: (_) @name) @enum
(delegate_declaration name: (_) @name) @type
(method_declaration name: (_) @name) @method
(local_function_statement name: (_) @name) @function
(constructor_declaration name: (_) @name) @constructor
(destructor_declaration name: (_) @name) @method
(operator_declaration operator: (_) @name) @method
(property_declaration name: (_) @name accessors: (_) @body) @property
(property_declaration name: (_) @name) @property
(field_declaration (variable_declaration (variable_declarator name: (_) @name))
  (#match? @name "^[A-Z][A-Z0-9_]+$")) @constant
(namespace_declaration name: (_) @path) @scope.namespace
(attribute_list) @attribute
(comment) @comment
