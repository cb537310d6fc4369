"""Finds the address of the Ollama server: the setting `llm.endpoint`, else the variable `OLLAMA_HOST`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcewise.processes.loopback import is_loopback, origin_of
from sourcewise.settings import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from sourcewise.settings import Settings

_HOST_AND_PORT = re.compile(r"(\[[^]]*\]|[^:]*)(?::([^:]*))?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# Other tools are configured with the address of an interface of Ollama, and people copy it.
_INTERFACE = re.compile(r"/(?:api|v1)(?:/(?:chat|chat/completions|completions|generate|models|tags))?/*\Z")
# A server that listens at all addresses is reached at the loopback address; Windows cannot connect to 0.0.0.0.
_EVERY_ADDRESS = re.compile(r"\A((?:https?://)?)(?:0\.0\.0\.0|(\[::\]))(?=[:/]|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OllamaEndpoint:
    """The address of an Ollama server.

    Attributes:
        source: the setting or variable that names the address; empty for the default.
        ignored: the address in OLLAMA_HOST if it is ignored because it belongs to another machine; else empty.
    """

    address: str
    source: str = ""
    ignored: str = ""


def ollama_endpoint(settings: Settings) -> OllamaEndpoint:
    """Return the address of Ollama.

    A variable is no consent to send code to another machine, so OLLAMA_HOST counts only if it names this machine.
    """
    if settings.endpoint != DEFAULT_ENDPOINT:
        return OllamaEndpoint(_base_address(settings.endpoint), "llm.endpoint")
    variable = os.environ.get("OLLAMA_HOST", "").strip().strip("\"'").strip()
    if not variable:
        return OllamaEndpoint(DEFAULT_ENDPOINT)
    address = _as_ollama_reads(variable)
    if not is_loopback(address):
        return OllamaEndpoint(DEFAULT_ENDPOINT, ignored=origin_of(address))
    return OllamaEndpoint(address, "OLLAMA_HOST")


def _base_address(address: str) -> str:
    """Return an address as a client can use it: of this machine instead of all, and without an interface's path."""
    address = _INTERFACE.sub("", address.strip())
    return _EVERY_ADDRESS.sub(lambda match: match[1] + ("[::1]" if match[2] else "127.0.0.1"), address)


def _as_ollama_reads(value: str) -> str:
    """Return the address that a value of OLLAMA_HOST means, by the rules of `Host` in Ollama's envconfig package."""
    scheme, separator, rest = value.partition("://")
    scheme, rest = (scheme.lower(), rest) if separator else ("http", value)
    authority, _, path = rest.partition("/")
    host_and_port = authority.rpartition("@")[2]
    match = _HOST_AND_PORT.fullmatch(host_and_port)
    # Without a match, it is an IPv6 address without brackets and port.
    host, port = (match[1], match[2] or "") if match else (host_and_port, "")
    host = host.strip("[]") or "127.0.0.1"
    if not (port.isascii() and port.isdecimal() and int(port) <= 65535):
        port = str(_DEFAULT_PORTS.get(scheme, 11434) if separator else 11434)
    return _base_address(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/{path}".rstrip("/"))
