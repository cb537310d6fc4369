(class_declaration "extension" name: (_) @path) @scope.extension
(class_declaration "struct" name: (_) @name) @struct
(class_declaration "enum" name: (_) @name) @enum
(class_declaration name: (_) @name) @class
(protocol_declaration name: (_) @name) @interface
(function_declaration name: [(simple_identifier) (custom_operator)] @name) @function
(protocol_function_declaration name: (simple_identifier) @name) @method
(init_declaration "init" @name) @constructor
(deinit_declaration "deinit" @name) @method
(subscript_declaration "subscript" @name) @method
(property_declaration name: (pattern (simple_identifier) @name) computed_value: (_) @body) @property
(source_file (property_declaration name: (pattern (simple_identifier) @name)) @constant
  (#match? @name "^[A-Z][A-Z0-9_]+$"))
(typealias_declaration name: (type_identifier) @name) @type
(modifiers (attribute) @attribute)
(comment) @comment
(multiline_comment) @comment
