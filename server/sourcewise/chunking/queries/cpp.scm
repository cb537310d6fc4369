(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @path))) @function
(function_definition declarator: (operator_cast) @name) @function
(class_specifier name: (_) @path body: (_)) @class
(namespace_definition name: (_) @path body: (_)) @scope.namespace
(concept_definition name: (_) @name) @type
(alias_declaration name: (_) @name) @type
(template_declaration) @wrapper
