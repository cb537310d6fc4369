(config_file (body (block . (identifier) (string_lit (template_literal) @parent)? . (string_lit (template_literal) @name) . (block_start)) @block))
(config_file (body (block . (identifier) @name . (block_start)) @scope.block))
(comment) @comment
