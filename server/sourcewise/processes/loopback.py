"""Addresses of servers: determines whether a server is on this machine, so that data sent to it stays here."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}


def is_loopback(address: str) -> bool:
    """Return whether an address, with or without its scheme, is on this machine.

    Only plain spellings count: `localhost` and IP addresses in their usual notation. A server on this machine may still
    forward data elsewhere; its address does not show that.
    """
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        number = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return False
    number = getattr(number, "ipv4_mapped", None) or number
    return number.is_loopback or number.is_unspecified


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address: without a user name, a password, a path or the scheme's usual port.

    An address that cannot be parsed is returned unchanged.
    """
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return address
    if not host:
        return address
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{port}")
