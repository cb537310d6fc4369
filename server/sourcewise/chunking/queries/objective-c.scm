(method_definition) @method @selector
(method_declaration) @method @selector
(class_implementation . (identifier) @name) @class
(class_interface . (identifier) @name) @class
(protocol_declaration . (identifier) @name) @interface
(property_declaration (struct_declaration (struct_declarator [
  (identifier) @name
  (pointer_declarator declarator: (identifier) @name)]))) @property
