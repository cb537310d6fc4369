(module (module_statement (name) @name)) @module
(submodule (submodule_statement (name) @name)) @module
(program (program_statement (name) @name)) @function
(interface (interface_statement (name) @name)) @interface
(interface [
  (function (function_statement (name) @name) . (_) @body)
  (subroutine (subroutine_statement (name) @name) . (_) @body)] @type)
(function (function_statement (name) @name) . (_) @body) @function
(subroutine (subroutine_statement (name) @name) . (_) @body) @function
(module_procedure (module_procedure_statement (name) @name)) @function
(derived_type_definition (derived_type_statement (type_name) @name)) @struct
(variable_declaration
  (type_qualifier) @_parameter (#match? @_parameter "^[Pp][Aa][Rr]")
  (init_declarator . (identifier) @name)) @constant
(comment) @comment
