(document (object (pair key: (string (string_content) @name)) @scope.key))
(document (object (pair value: (object (pair key: (string (string_content) @name)) @scope.key))))
