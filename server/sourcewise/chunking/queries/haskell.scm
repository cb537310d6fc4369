(declarations (function name: (_) @name) @function)
(declarations (bind name: (_) @name) @function)
(declarations (signature name: (_) @name) @function)
(instance_declarations (function name: (_) @name) @function)
(instance_declarations (bind name: (_) @name) @function)
(data_type name: (_) @name) @type
(newtype name: (_) @name) @type
(type_synonym name: (_) @name) @type
(class name: (_) @name) @trait
(instance name: (_) @name) @scope.impl
(haddock) @comment
(comment) @comment
