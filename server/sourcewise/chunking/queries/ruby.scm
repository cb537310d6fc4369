(method name: (_) @name) @function
(singleton_method name: (_) @name) @method
(class name: (_) @path) @class
(module name: (_) @path) @module
(singleton_class value: (_) @path) @scope.class
(assignment left: (constant) @path right: (call receiver: (constant) @_class method: (identifier) @_method)
  (#any-of? @_class "Struct" "Class" "Data")
  (#any-of? @_method "new" "define")) @class
(assignment left: (constant) @path right: (call receiver: (constant) @_class method: (identifier) @_method)
  (#eq? @_class "Module")
  (#eq? @_method "new")) @module
(alias name: (_) @name) @function
(call !receiver method: (identifier) @_method arguments: (argument_list . (simple_symbol) @name)
  (#any-of? @_method "define_method" "alias_method" "scope")) @function
(call !receiver method: (identifier) @_method arguments: (argument_list (simple_symbol) @name @property)
  (#any-of? @_method "attr_accessor" "attr_reader" "attr_writer" "cattr_accessor" "mattr_accessor" "class_attribute"))
(program (assignment left: (constant) @name) @constant)
(class body: (body_statement (assignment left: (constant) @name) @constant))
(module body: (body_statement (assignment left: (constant) @name) @constant))
(comment) @comment
