"""Extends Ollama's own client by the fields that it drops from replies: the host of a model on another machine.

Ollama reports such a model with `remote_host` and `remote_model`, in the list of models, in the details of a model and
in each part of an answer.

The library creates a client while it is imported, with the proxies, certificates and OLLAMA_* variables of the shell.
One invalid value would end every command, so the library is imported without these variables.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sourcewise.processes.environment import without_connection_variables
from sourcewise.processes.loopback import origin_of

with without_connection_variables():
    from ollama import AsyncClient, ChatResponse, ListResponse, ResponseError, ShowResponse

if TYPE_CHECKING:
    import httpx
    from pydantic import BaseModel

__all__ = ["OllamaClient", "ResponseError", "UnexpectedStatusError", "has_chat_template", "remote_host"]

_UNNAMED_HOST = "a host that Ollama does not name"
_ONLY_PROMPT = re.compile(r"\s*\{\{-?\s*\.Prompt\s*-?\}\}\s*")
_RENDERER = re.compile(r"^RENDERER\s", re.MULTILINE)


class _Entry(ListResponse.Model, extra="allow"):
    pass


class _Listing(ListResponse):
    models: tuple[_Entry, ...]


class _Details(ShowResponse, extra="allow"):
    pass


class _Part(ChatResponse, extra="allow"):
    pass


_COMPLETE: dict[type[Any], type[Any]] = {ListResponse: _Listing, ShowResponse: _Details, ChatResponse: _Part}


class UnexpectedStatusError(Exception):
    """An HTTP error that is not from Ollama, for example from a proxy.

    Attributes:
        status: the HTTP status.
        location: the address of a redirect; empty for other errors.
    """

    def __init__(self, status: int, location: str = "") -> None:
        super().__init__(f"{status} {location}".rstrip())
        self.status = status
        self.location = location


class OllamaClient(AsyncClient):
    """A client that keeps all fields of Ollama's replies (see `remote_host`) and recognizes replies of other servers.

    All methods raise UnexpectedStatusError if an error reply is not from Ollama, and ResponseError if it is.
    """

    def __init__(self, **options: Any) -> None:
        """Pass the options on to the client of the library."""
        super().__init__(event_hooks={"response": [_check_status]}, **options)

    async def _request(self, cls: type[Any], *args: Any, **kwargs: Any) -> Any:
        return await super()._request(_COMPLETE.get(cls, cls), *args, **kwargs)


async def _check_status(response: httpx.Response) -> None:
    """Raise UnexpectedStatusError for an error without Ollama's form: a JSON object with a text `error`."""
    if response.is_success:
        return
    await response.aread()
    try:
        from_ollama = isinstance(response.json()["error"], str)
    except (ValueError, TypeError, KeyError):
        from_ollama = False
    if not from_ollama:
        raise UnexpectedStatusError(response.status_code, response.headers.get("location", ""))


def has_chat_template(details: ShowResponse) -> bool:
    """Return whether Ollama formats messages for a model.

    A model that was imported without a template has `{{ .Prompt }}`, which drops the instructions. Models with a
    renderer have it too, but do not use it.
    """
    if not details.template or not _ONLY_PROMPT.fullmatch(details.template):
        return True
    return bool((details.model_extra or {}).get("renderer") or _RENDERER.search(details.modelfile or ""))


def remote_host(reply: BaseModel) -> str:
    """Return the origin of the other machine that a model runs on, as Ollama reports it; empty if it reports none."""
    extra = reply.model_extra or {}
    if host := extra.get("remote_host"):
        return origin_of(str(host))
    return _UNNAMED_HOST if extra.get("remote_model") else ""
