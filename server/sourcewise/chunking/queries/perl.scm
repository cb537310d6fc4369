(subroutine_declaration_statement name: (_) @name) @function
(package_statement name: (_) @path (block) @body) @module
(comment) @comment
