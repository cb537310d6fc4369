(table . [(bare_key) (dotted_key) (quoted_key)] @name) @scope.table
(table_array_element . [(bare_key) (dotted_key) (quoted_key)] @name) @scope.table
(comment) @comment
