"""The protocol as a page to read: `server/PROTOCOL.md`."""

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

The server speaks the Language Server Protocol 3.17 over standard input and output, hover and document
synchronisation as the standard has them, and beside these the messages below. Names are camelCase. A field marked
*optional* may be left out, by the server too where it has its default. Lines count from 1 and both ends are included.
Paths are relative to their folder, with `/`. A field that the other side does not know is ignored.

`$/cancelRequest` stops any request, and the model behind it.

## Errors

Every request is answered: with its result or with one of these errors.

| code | when |
| --- | --- |
| {protocol.USER_ERROR_CODE} | The user can act on it: `message` is a sentence, `data` an [ErrorData](#errordata). |
| -32601 | There is no such method. |
| -32602 | The parameters are wrong; `message` says what is. |
| -32603 | Something went wrong inside; the log of the server has the details. |
| -32800 | It was cancelled. |

`kind` of an [ErrorData](#errordata) is one of:

| kind | what it means |
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
    """Return type to the method under which it is described: the first that sends it or gets it."""
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
        if child.__module__ == cls.__module__:  # what a module has for itself never reaches the wire
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
