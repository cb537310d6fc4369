"""Ollama's own client, extended by what it drops from replies: which models run on another machine.

Ollama reports such a model with `remote_host` and `remote_model`, in its lists, in the details of a model and in each
part of an answer.

The library makes a client while it is imported, with the proxies, certificates and OLLAMA_* variables of the shell; one
value that it cannot use would end every command. So it is imported without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sourcewise.processes.environment import without_connection_variables
from sourcewise.processes.loopback import origin_of

with without_connection_variables():
    from ollama import AsyncClient, ChatResponse, ListResponse, ResponseError, ShowResponse

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["OllamaClient", "ResponseError", "remote_host"]

_UNNAMED_HOST = "a host that Ollama does not name"


class _Entry(ListResponse.Model, extra="allow"):
    pass


class _Listing(ListResponse):
    models: tuple[_Entry, ...]


class _Details(ShowResponse, extra="allow"):
    pass


class _Part(ChatResponse, extra="allow"):
    pass


_COMPLETE: dict[type[Any], type[Any]] = {ListResponse: _Listing, ShowResponse: _Details, ChatResponse: _Part}


class OllamaClient(AsyncClient):
    """Keeps all fields of what Ollama says; see `remote_host`."""

    async def _request(self, cls: type[Any], *args: Any, **kwargs: Any) -> Any:
        return await super()._request(_COMPLETE.get(cls, cls), *args, **kwargs)


def remote_host(reply: BaseModel) -> str:
    """Return the origin of the machine that a model runs on, as Ollama reports it; empty if it reports none."""
    extra = reply.model_extra or {}
    if host := extra.get("remote_host"):
        return origin_of(str(host))
    return _UNNAMED_HOST if extra.get("remote_model") else ""
