(method name: (_) @name) @function
(singleton_method name: (_) @name) @method
(class name: (_) @path) @class
(module name: (_) @path) @module
(singleton_class value: (_) @path) @scope.class
(program (assignment left: (constant) @name) @constant)
(class body: (body_statement (assignment left: (constant) @name) @constant))
(module body: (body_statement (assignment left: (constant) @name) @constant))
(comment) @comment
