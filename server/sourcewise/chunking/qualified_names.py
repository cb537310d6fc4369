"""Splits the qualified name under which code defines something, such as `Store::load` or `module.exports.load`."""

from __future__ import annotations

import re

from sourcewise.text.names import canonical_name, name_parts

_NAMELESS_PARTS = frozenset({"exports", "module", "prototype", "this", "self", "window", "globalThis", ""})
_REFERENCE = re.compile(r"^(?:&\s*+|'\w++\s++|mut\s++|dyn\s++|\*\s*+)+")
_OPERATOR = re.compile(r"\boperator\W.*", re.DOTALL)


def definition_path(path: str) -> list[str]:
    """Return the parts of a qualified name, outermost first; empty if it is not a name."""
    operator = _OPERATOR.search(path)
    qualifier = path[: operator.start()].removesuffix("::") if operator else path
    while (plain := re.sub(r"<[^<>]*>", "", qualifier)) != qualifier:
        qualifier = plain
    qualifier = _REFERENCE.sub("", qualifier)
    if re.search(r"[\s(){}\[\];,]", qualifier):
        return []
    *owners, last = name_parts(qualifier)
    parts = [owner for owner in owners if owner not in _NAMELESS_PARTS]
    # `module` owns what a module of JavaScript exports; as the last part, it is a name like any other.
    parts += [last] if last == "module" or last not in _NAMELESS_PARTS else []
    return [*parts, canonical_name(operator.group())] if operator else parts
