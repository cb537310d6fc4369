(class_definition name: (_) @name) @class
(object_definition name: (_) @name) @class
(trait_definition name: (_) @name) @trait
(enum_definition name: (_) @name) @enum
(function_definition name: (_) @name) @function
(function_declaration name: (_) @name) @function
(type_definition name: (_) @name) @type
(given_definition name: (_) @name) @constant
(extension_definition) @wrapper
(val_definition pattern: (identifier) @name (#match? @name "^[A-Z][A-Za-z0-9_]*$")) @constant
(annotation) @attribute
(comment) @comment
(block_comment) @comment
