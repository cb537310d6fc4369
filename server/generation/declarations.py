"""Reads the declarations of the protocol from classes, type hints and docstrings."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import attrs

from sourcewise import protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Field:
    """A field of a message.

    Attributes:
        name: its name on the wire.
        hint: its Python type.
        optional: whether it may be omitted.
        meaning: its description; may be empty.
    """

    name: str
    hint: Any
    optional: bool
    meaning: str


@dataclass(frozen=True)
class Declaration:
    """A class of the protocol, with the class that it extends and its own fields."""

    name: str
    meaning: str
    base: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Choice:
    """An enumeration of strings."""

    name: str
    meaning: str
    values: tuple[str, ...]


def declarations() -> list[Declaration | Choice]:
    """Return all types of all messages, each after the types that it consists of."""
    ordered: dict[type[Any], None] = {}
    for root in (protocol.ErrorData, *_roots()):
        _collect(root, ordered)
    return [describe(cls) for cls in ordered]


def describe(cls: type[Any]) -> Declaration | Choice:
    """Return the declaration of a class of the protocol."""
    meaning, meanings = _read_docstring(cls)
    if issubclass(cls, StrEnum):
        return Choice(cls.__name__, meaning, tuple(cls))
    hints = get_type_hints(cls)
    fields = tuple(
        Field(camel_case(spec.name), hints[spec.name], spec.default is not attrs.NOTHING, meanings.pop(spec.name, ""))
        for spec in attrs.fields(cls)
        if not spec.inherited
    )
    if meanings:
        raise ValueError(f"{cls.__name__} documents fields that it does not have: {', '.join(meanings)}")
    return Declaration(cls.__name__, meaning, _base(cls), fields)


def camel_case(name: str) -> str:
    """Return a field's name on the wire."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


def constants(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the name and value of every request, or of every notification, in the order of the table of messages."""
    names = {value: name for name, value in vars(protocol).items() if isinstance(value, kind)}
    for message in (*protocol.REQUESTS, *protocol.NOTIFICATIONS):
        if message in names:
            yield names[message], message


def _roots() -> Iterator[type[Any]]:
    for request in protocol.REQUESTS:
        yield request.params
        yield request.result
    for notification in protocol.NOTIFICATIONS:
        yield notification.params


def _collect(hint: Any, ordered: dict[type[Any], None]) -> None:
    """Add the classes of the protocol that a type consists of, innermost first."""
    for argument in get_args(hint):
        _collect(argument, ordered)
    if not _is_declared(hint) or hint in ordered:
        return
    for base in hint.__bases__:
        _collect(base, ordered)
    for inner in get_type_hints(hint).values() if attrs.has(hint) else ():
        _collect(inner, ordered)
    ordered[hint] = None


def _is_declared(hint: Any) -> bool:
    return isinstance(hint, type) and (attrs.has(hint) or (issubclass(hint, StrEnum) and hint is not StrEnum))


def _base(cls: type[Any]) -> str | None:
    return next((base.__name__ for base in cls.__bases__ if attrs.has(base)), None)


def _read_docstring(cls: type[Any]) -> tuple[str, dict[str, str]]:
    """Return the description of a class, and the descriptions of its fields by their Python names."""
    summary, _, attributes = inspect.cleandoc(cls.__doc__ or "").partition("Attributes:\n")
    entries = re.findall(r"^    (\w+): ((?:.*\n?)(?:^     +.*\n?)*)", attributes, re.MULTILINE)
    return _prose(summary), {name: _prose(text) for name, text in entries}


def _prose(text: str) -> str:
    joined = " ".join(text.split())
    sentence = joined[:1].upper() + joined[1:]
    return re.sub(r"`([a-z]+(?:_[a-z]+)+)`", lambda match: f"`{camel_case(match[1])}`", sentence)
