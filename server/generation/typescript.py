"""Generates the protocol's types for the extension: `extension/src/generated/protocol.ts`."""

from __future__ import annotations

import textwrap
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from generation.declarations import Choice, Declaration, Field, constants, declarations
from sourcewise import protocol

_WIDTH = 120
_PRIMITIVES = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}
_HEADER = """\
/**
 * Every message under `sourcewise/`. GENERATED from `server/sourcewise/protocol/` by `npm run generate`; edit that.
 *
 * A field with a `?` may be omitted; the server also omits it if it has its default value. Lines count from 1, and
 * ranges include both ends. Paths are relative to their folder and use `/`.
 */

/** A request to the server. `types` is never set: it only carries the types of the parameters and the result. */
export interface Request<Params, Result> {
  readonly method: string;
  readonly types?: (params: Params) => Result;
}

/** A notification from the server. `types` is never set: it only carries the type of the parameters. */
export interface Notification<Params> {
  readonly method: string;
  readonly types?: (params: Params) => void;
}
"""
_ERROR_COMMENT = "/** The code of an error that the user can act on; its `data` is an `ErrorData`. */\n"


def protocol_module() -> str:
    """Return the whole module."""
    error_code = f"{_ERROR_COMMENT}export const USER_ERROR_CODE = {protocol.USER_ERROR_CODE};\n"
    types = [_choice(each) if isinstance(each, Choice) else _interface(each) for each in declarations()]
    requests = [
        f"export const {name}: Request<{message.params.__name__}, {message.result.__name__}> = "
        f'{{ method: "{message.method}" }};\n'
        for name, message in constants(protocol.Request)
    ]
    notifications = [
        f'export const {name}: Notification<{message.params.__name__}> = {{ method: "{message.method}" }};\n'
        for name, message in constants(protocol.Notification)
    ]
    return "\n".join([_HEADER, error_code, *types, "".join(requests), "".join(notifications)])


def typescript_type(hint: Any) -> str:
    """Return the TypeScript type for a Python type."""
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin is Union or origin is UnionType:
            return " | ".join(typescript_type(argument) for argument in arguments)
        case origin if origin is tuple:
            inner = typescript_type(arguments[0])
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case origin if origin is dict:
            return f"Record<{', '.join(typescript_type(argument) for argument in arguments)}>"
        case _:
            return _PRIMITIVES.get(hint) or str(hint.__name__)


def _interface(declaration: Declaration) -> str:
    extends = f" extends {declaration.base}" if declaration.base else ""
    head = f"{_comment(declaration.meaning)}export interface {declaration.name}{extends} {{"
    if not declaration.fields:
        return f"{_comment(declaration.meaning)}export type {declaration.name} = Record<string, never>;\n"
    return "\n".join([head, *map(_property, declaration.fields), "}\n"])


def _property(field: Field) -> str:
    comment = textwrap.indent(_comment(field.meaning), "  ") if field.meaning else ""
    return f"{comment}  {field.name}{'?' if field.optional else ''}: {typescript_type(field.hint)};"


def _choice(choice: Choice) -> str:
    values = " | ".join(f'"{value}"' for value in choice.values)
    declaration = f"export type {choice.name} = {values};"
    if len(declaration) > _WIDTH:
        declaration = f"export type {choice.name} =\n" + "\n".join(f'  | "{v}"' for v in choice.values) + ";"
    return f"{_comment(choice.meaning)}{declaration}\n"


def _comment(text: str) -> str:
    if len(text) + len("/**  */") <= _WIDTH - 2:
        return f"/** {text} */\n"
    lines = textwrap.wrap(text, _WIDTH - len("   * "), break_on_hyphens=False)
    return "\n".join(["/**", *(f" * {line}" for line in lines), " */\n"])
