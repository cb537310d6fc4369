"""Ollama's client library, imported so that nothing in the environment can break it or steer it.

The library makes a client while it is imported, with the proxies, certificates and OLLAMA_* variables of the shell; one
value that it cannot use would end every command.
"""

from __future__ import annotations

from sourcewise.environment import without_connection_variables

with without_connection_variables():
    from ollama import AsyncClient, ResponseError

__all__ = ["AsyncClient", "ResponseError"]
