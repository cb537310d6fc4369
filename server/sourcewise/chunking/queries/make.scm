(rule (targets) @name) @scope.rule
(define_directive name: (_) @name) @macro
(comment) @comment
