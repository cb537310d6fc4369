"""JSON-RPC as this house speaks it. Hides how pygls is taught our messages and what it would do with bad ones.

Our messages are typed and taken strictly: a number is not a question. A request whose parameters are wrong is
answered with a sentence, where pygls alone would leave its sender waiting for ever.
"""

from __future__ import annotations

import asyncio
import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import cattrs
from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol, default_converter

from sourcewise import protocol
from sourcewise.errors import UserError
from sourcewise.text.visible import notification

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from pygls.lsp.server import LanguageServer

logger = logging.getLogger(__name__)

Params = TypeVar("Params")
Result = TypeVar("Result")

_PARAMS = {message.method: message.params for message in (*protocol.REQUESTS, *protocol.NOTIFICATIONS)}
_REQUEST_METHODS = {request.method for request in protocol.REQUESTS}
# Complaints name a field as Python does; its sender knows it as the wire does.
_FIELD_PATH = re.compile(r"@ \$\S*")
_SNAKE = re.compile(r"_([a-z])")
_JSON_NAMES = {str: "a string", bool: "true or false", int: "a whole number"}


class SourcewiseProtocol(LanguageServerProtocol):
    """The language server protocol with our messages in it."""

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]  # theirs has a cache
        """Return the class of a whole message."""
        standard: type[Any] | None = super().get_message_type(method)
        return message_type(method) or standard

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Read a message; a request that cannot be read is answered here."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                sentence = f"{data['method']} cannot be answered: {_complaint(error.__cause__)}."
                answer = JsonRpcInvalidParams(notification(sentence))
                self._send_response(data["id"], error=answer.to_response_error())
            raise


@cache
def message_type(method: str) -> type[Any] | None:
    """Return the class of one of our messages as JSON-RPC wraps it, or None for a foreign method."""
    if method not in _PARAMS:
        return None
    parts: dict[str, Any] = {"method": str, "params": _PARAMS[method], "jsonrpc": str}
    if method in _REQUEST_METHODS:
        parts["id"] = int | str
    message: type[Any] = attrs.define(type(f"{_PARAMS[method].__name__}Message", (), {"__annotations__": parts}))
    return message


def make_converter() -> cattrs.Converter:
    """Return pygls' converter, strict about what is inside our messages."""
    converter, strict = _pygls_converter(), _pygls_converter()
    strict.register_structure_hook(str, _exactly)
    strict.register_structure_hook(int, _exactly)
    for params in _PARAMS.values():
        converter.register_structure_hook(params, strict.structure)
    return converter


def answered(handler: Callable[[Params], Awaitable[Result]]) -> Callable[[Params], Awaitable[Result]]:
    """Wrap the handler of a request so that whatever it raises reaches the client as a sentence."""

    async def handle(params: Params) -> Result:
        try:
            return await handler(params)
        except UserError as error:
            data = {"kind": type(error).__name__, "hint": notification(error.hint)}
            raise JsonRpcException(notification(str(error)), protocol.USER_ERROR_CODE, data) from error
        except (JsonRpcException, asyncio.CancelledError):
            raise
        except Exception as error:
            logger.exception("A request failed unexpectedly")
            sentence = "Something went wrong inside Sourcewise. Its log has the details."
            raise JsonRpcInternalError(sentence) from error

    return handle


def show_message(server: LanguageServer, kind: types.MessageType, sentences: Iterable[str]) -> None:
    """Have the editor show some sentences as a message, without links that text of a workspace could bring along."""
    server.window_show_message(types.ShowMessageParams(kind, "\n".join(map(notification, sentences))))


def _pygls_converter() -> cattrs.Converter:
    converter: cattrs.Converter = default_converter()  # type: ignore[no-untyped-call]
    return converter


def _exactly(value: Any, wanted: type[Any]) -> Any:
    base = next(kind for kind in (str, bool, int) if issubclass(wanted, kind))
    if type(value) is not base:
        raise TypeError(f"it must be {_JSON_NAMES[base]}")
    return wanted(value)


def _complaint(error: BaseException | None) -> str:
    if not isinstance(error, Exception):
        return "it is malformed"
    complaints = "; ".join(cattrs.transform_error(error))
    return _FIELD_PATH.sub(lambda path: _SNAKE.sub(lambda word: word[1].upper(), path[0]), complaints)
