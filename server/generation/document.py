"""Generates the reference page of the protocol: `server/PROTOCOL.md`."""

from __future__ import annotations

import inspect
import json
import re
from typing import TYPE_CHECKING, Any

from generation import examples
from generation.declarations import Choice, Declaration, constants, declarations, describe
from generation.typescript import typescript_type
from sourcewise import errors, protocol
from sourcewise.lsp.messages import make_converter

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTRODUCTION = f"""\
# The protocol of Sourcewise

GENERATED from `server/sourcewise/protocol/` by `npm run generate`; edit that.

The server implements the Language Server Protocol 3.17 over standard input and output. It supports hover and document
synchronisation as in the standard, and the messages on this page.

- Names are camelCase.
- A field marked *optional* may be omitted. The server also omits it if it has its default value.
- Lines count from 1, and ranges include both ends.
- Paths are relative to their folder and use `/`.
- Each side ignores unknown fields.
- `$/cancelRequest` cancels any request, and stops the language model if it is generating the answer.

## Errors

The server responds to every request with its result or with one of these errors.

| code | meaning |
| --- | --- |
| {protocol.USER_ERROR_CODE} | The user can act on it: `message` is a sentence, `data` an [ErrorData](#errordata). |
| -32601 | The method does not exist. |
| -32602 | The parameters are invalid. `message` has the details. |
| -32603 | Internal error. The log of the server has the details. |
| -32800 | The request was cancelled. |

The `kind` of an [ErrorData](#errordata) is one of:

| kind | meaning |
| --- | --- |
"""


def protocol_document() -> str:
    """Return the whole page."""
    shown = _shown_with_messages()
    others = [each for each in declarations() if each.name not in shown]
    parts = [_INTRODUCTION.rstrip("\n"), *_error_rows(errors.UserError), "\n## Requests"]
    parts += [_request(message, shown) for _, message in constants(protocol.Request)]
    parts.append("\n## Notifications of the server")
    parts += [_notification(message, shown) for _, message in constants(protocol.Notification)]
    parts.append("\n## Types that several messages use")
    parts += [f"\n### {each.name}\n\n{_description(each, shown)}" for each in others]
    return "\n".join(parts) + "\n"


def _shown_with_messages() -> dict[str, str]:
    """Return, by type, the method under which the type is described: the first one that sends or returns it."""
    shown: dict[str, str] = {}
    for message in (*protocol.REQUESTS, *protocol.NOTIFICATIONS):
        for cls in _sent_and_received(message):
            shown.setdefault(cls.__name__, message.method)
    return shown


def _sent_and_received(message: protocol.Request | protocol.Notification) -> list[type[Any]]:
    return [message.params, message.result] if isinstance(message, protocol.Request) else [message.params]


def _error_rows(cls: type[Any]) -> Iterator[str]:
    yield f"| `{cls.__name__}` | {inspect.cleandoc(cls.__doc__ or '').splitlines()[0]} |"
    for child in cls.__subclasses__():
        if child.__module__ == cls.__module__:  # errors that other modules define are never sent
            yield from _error_rows(child)


def _request(message: protocol.Request, shown: dict[str, str]) -> str:
    params, result = examples.REQUESTS[message.method]
    parts = [
        f"\n### `{message.method}`\n",
        f"**Parameters**: {_described_here(message.params, message.method, shown)}\n",
        _example({"method": message.method, "params": params}),
        f"\n**Result**: {_described_here(message.result, message.method, shown)}",
    ]
    if shown[message.result.__name__] == message.method:
        parts.append("\n" + _example({"result": result}))
    return "\n".join(parts)


def _notification(message: protocol.Notification, shown: dict[str, str]) -> str:
    return "\n".join(
        [
            f"\n### `{message.method}`\n",
            f"**Parameters**: {_described_here(message.params, message.method, shown)}\n",
            _example({"method": message.method, "params": examples.NOTIFICATIONS[message.method]}),
        ]
    )


def _described_here(cls: type[Any], method: str, shown: dict[str, str]) -> str:
    if shown[cls.__name__] != method:
        return _link(cls.__name__, shown)
    return f"`{cls.__name__}`. {_description(describe(cls), shown)}"


def _description(each: Declaration | Choice, shown: dict[str, str]) -> str:
    if isinstance(each, Choice):
        return f"{each.meaning} One of: {', '.join(f'`{value}`' for value in each.values)}."
    base = f" All fields of {_link(each.base, shown)}, and:" if each.base else ""
    if not each.fields:
        return each.meaning
    rows = [f"{each.meaning}{base}\n", "| field | type | meaning |", "| --- | --- | --- |"]
    for field in each.fields:
        optional = "*optional* " if field.optional else ""
        rows.append(f"| `{field.name}` | {optional}{_linked_type(field.hint, shown)} | {field.meaning} |")
    return "\n".join(rows)


def _linked_type(hint: Any, shown: dict[str, str]) -> str:
    text = typescript_type(hint).replace("|", "\\|")
    linked = re.sub(r"\b(?!Record)[A-Z]\w+", lambda match: _link(match[0], shown), text)
    return linked if linked != text else f"`{text}`"


def _link(name: str, shown: dict[str, str]) -> str:
    anchor = shown.get(name, name).lower().replace("/", "")
    return f"[{name}](#{anchor})"


def _example(message: dict[str, Any]) -> str:
    text = json.dumps(make_converter().unstructure(message), indent=2, ensure_ascii=False)
    return f"```json\n{text}\n```"
