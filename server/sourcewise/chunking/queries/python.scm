(function_definition name: (identifier) @name) @function
(class_definition name: (identifier) @name) @class
(type_alias_statement left: (type (identifier) @name)) @type
(module (expression_statement (assignment left: (identifier) @name right: (call function: (_) @_maker))) @class
  (#match? @_maker "(^|\\.)(namedtuple|NamedTuple|TypedDict|Enum|IntEnum|StrEnum|Flag|IntFlag|make_dataclass|new_class)$"))
(module (expression_statement (assignment left: (identifier) @name right: (call function: (_) @_maker))) @type
  (#match? @_maker "(^|\\.)(TypeVar|TypeVarTuple|ParamSpec|NewType|TypeAliasType)$"))
(module (expression_statement (assignment left: (identifier) @name type: (type) @_type)) @type
  (#match? @_type "^([a-z_]+\\.)?TypeAlias$"))
(module (expression_statement (assignment left: (identifier) @name)) @constant
  (#match? @name "^_*[A-Z][A-Z0-9_]+$"))
(decorated_definition) @wrapper
(function_definition body: (block . (expression_statement (string) @doc)))
(class_definition body: (block . (expression_statement (string) @doc)))
(comment) @comment
