(contract_declaration name: (_) @name) @class
(interface_declaration name: (_) @name) @interface
(library_declaration name: (_) @name) @module
(struct_declaration name: (_) @name) @struct
(enum_declaration name: (_) @name) @enum
(event_definition name: (_) @name) @type
(error_declaration name: (_) @name) @type
(user_defined_type_definition name: (_) @name) @type
(modifier_definition name: (_) @name) @function
(function_definition name: (_) @name) @function
(constructor_definition "constructor" @name) @constructor
(fallback_receive_definition ["receive" "fallback"] @name) @function
(state_variable_declaration name: (_) @name) @property
(constant_variable_declaration name: (_) @name) @constant
(comment) @comment
