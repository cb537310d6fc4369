(class_declaration "interface" name: (_) @name (class_body)? @body) @interface
(class_declaration name: (_) @name (enum_class_body) @body) @enum
(class_declaration name: (_) @name (class_body)? @body) @class
(object_declaration name: (_) @name (class_body)? @body) @class
(companion_object (class_body) @body) @scope.companion
(function_declaration . (modifiers)? . (user_type (identifier) @parent) name: (_) @name (function_body)? @body) @function
(function_declaration name: (_) @name (function_body)? @body) @function
(secondary_constructor "constructor" @name (block)? @body) @constructor
(type_alias type: (_) @name) @type
(property_declaration (modifiers (property_modifier)) (variable_declaration (identifier) @name)) @constant
(modifiers (annotation) @attribute)
(line_comment) @comment
(block_comment) @comment
