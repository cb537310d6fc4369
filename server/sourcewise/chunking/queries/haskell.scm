(declarations (function name: (_) @name) @function)
(declarations (bind name: (_) @name) @function)
(declarations (signature name: (_) @name) @function)
(instance_declarations (function name: (_) @name) @function)
(instance_declarations (bind name: (_) @name) @function)
(declarations (function (infix operator: [(operator) (infix_id (variable))] @name)) @function)
(instance_declarations (function (infix operator: [(operator) (infix_id (variable))] @name)) @function)
(class_declarations (signature name: (_) @name) @function)
(foreign_import signature: (signature name: (_) @name)) @function
(type_family name: (_) @name) @type
(data_family name: (_) @name) @type
(data_type name: (_) @name) @type
(newtype name: (_) @name) @type
(type_synonym name: (_) @name) @type
(class name: (_) @name) @trait
(instance name: (_) @name) @scope.impl
(haddock) @comment
(comment) @comment
