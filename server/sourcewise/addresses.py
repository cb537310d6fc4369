"""Addresses of servers: which are of this machine, so that what is sent there stays on it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(address: str) -> bool:
    """Tell whether an address, with or without its scheme, is of this machine."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
        number = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        return False
    return number.is_loopback or number.is_unspecified
