"""JSON-RPC for the messages under `sourcewise/`: registers their types with pygls, and validates them strictly.

Types are not converted: a number is not a question. A request with invalid parameters gets an error response with a
sentence; pygls alone would never respond.
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
# Validation errors contain the Python names of fields; the client knows their names on the wire.
_FIELD_PATH = re.compile(r"@ \$\S*")
_SNAKE = re.compile(r"_([a-z])")
_JSON_NAMES = {str: "a string", bool: "true or false", int: "a whole number"}


class SourcewiseProtocol(LanguageServerProtocol):
    """The language server protocol, extended by the messages under `sourcewise/`."""

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]  # theirs has a cache
        """Return the class of a message."""
        standard: type[Any] | None = super().get_message_type(method)
        return message_type(method) or standard

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Return a message from JSON; if a request is invalid, send the error response."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                sentence = f"Invalid parameters of {data['method']}: {_validation_errors(error.__cause__)}."
                answer = JsonRpcInvalidParams(notification(sentence))
                self._send_response(data["id"], error=answer.to_response_error())
            raise


@cache
def message_type(method: str) -> type[Any] | None:
    """Return the class of the JSON-RPC message for one of our methods, or None for another method."""
    if method not in _PARAMS:
        return None
    parts: dict[str, Any] = {"method": str, "params": _PARAMS[method], "jsonrpc": str}
    if method in _REQUEST_METHODS:
        parts["id"] = int | str
    message: type[Any] = attrs.define(type(f"{_PARAMS[method].__name__}Message", (), {"__annotations__": parts}))
    return message


def make_converter() -> cattrs.Converter:
    """Return the converter of pygls, with strict types inside our messages."""
    converter, strict = _pygls_converter(), _pygls_converter()
    strict.register_structure_hook(str, _exactly)
    strict.register_structure_hook(int, _exactly)
    for params in _PARAMS.values():
        converter.register_structure_hook(params, strict.structure)
    return converter


def answered(handler: Callable[[Params], Awaitable[Result]]) -> Callable[[Params], Awaitable[Result]]:
    """Wrap the handler of a request so that every exception becomes an error response with a sentence."""

    async def handle(params: Params) -> Result:
        try:
            return await handler(params)
        except UserError as error:
            data = {"kind": type(error).__name__, "hint": notification(error.hint)}
            raise JsonRpcException(notification(str(error)), protocol.USER_ERROR_CODE, data) from error
        except (JsonRpcException, asyncio.CancelledError):
            raise
        except Exception as error:
            logger.exception("Unexpected error in a request")
            sentence = "Internal error in Sourcewise. See the log for details."
            raise JsonRpcInternalError(sentence) from error

    return handle


def show_message(server: LanguageServer, kind: types.MessageType, sentences: Iterable[str]) -> None:
    """Show sentences as a message in the editor, with links from workspace text disabled."""
    server.window_show_message(types.ShowMessageParams(kind, "\n".join(map(notification, sentences))))


def _pygls_converter() -> cattrs.Converter:
    converter: cattrs.Converter = default_converter()  # type: ignore[no-untyped-call]
    return converter


def _exactly(value: Any, wanted: type[Any]) -> Any:
    base = next(kind for kind in (str, bool, int) if issubclass(wanted, kind))
    if type(value) is not base:
        raise TypeError(f"it must be {_JSON_NAMES[base]}")
    return wanted(value)


def _validation_errors(error: BaseException | None) -> str:
    if not isinstance(error, Exception):
        return "it is malformed"
    errors = "; ".join(cattrs.transform_error(error))
    return _FIELD_PATH.sub(lambda path: _SNAKE.sub(lambda word: word[1].upper(), path[0]), errors)
