(create_table (object_reference name: (_) @name)) @table
(create_view (object_reference name: (_) @name)) @view
(create_materialized_view (object_reference name: (_) @name)) @view
(create_function (object_reference name: (_) @name) (function_body)? @body) @function
(create_procedure (object_reference name: (_) @name) (procedure_body)? @body) @function
(create_trigger . (_)* . (object_reference name: (_) @name)) @trigger
(create_type (object_reference name: (_) @name)) @type
(statement) @wrapper
(comment) @comment
(marginalia) @comment
