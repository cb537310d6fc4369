"""The address of a server: a socket or a port, in a file that only this user can read."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Listener
from pathlib import Path

from sourcewise import __version__

logger = logging.getLogger(__name__)

_WAITING_CALLERS = 64
_REPLACE_ATTEMPTS = 50
_REPLACE_PAUSE = 0.01


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a server, its secret and its version.

    Attributes:
        place: the path of a socket, or an interface and its port.
        secret: authenticates both sides.
        version: of Sourcewise.
        pid: of the process, for debugging.
    """

    place: str | tuple[str, int]
    secret: str
    version: str
    pid: int

    @classmethod
    def of(cls, listener: Listener) -> Address:
        """Return the address of a listener of this process, with a new secret."""
        return cls(listener.address, secrets.token_hex(32), __version__, os.getpid())

    @classmethod
    def read_from(cls, file: Path) -> Address:
        """Read the address from the file.

        Raises:
            OSError: the file does not exist, or does not contain an address.
        """
        try:
            fields = json.loads(file.read_bytes())
            place = fields.pop("place")
            return cls(place if isinstance(place, str) else (place[0], place[1]), **fields)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise OSError(f"{file} does not contain an address: {error}") from error

    @property
    def key(self) -> bytes:
        """The secret as bytes, for authentication."""
        return self.secret.encode()

    def write_to(self, file: Path) -> None:
        """Write the address to the file atomically."""
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}-")
        try:
            with os.fdopen(descriptor, "w") as new:
                json.dump(asdict(self), new)
            _replace(Path(name), file)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise


def listen(path: Path) -> Listener:
    """Listen at a socket at this path, replacing an old one, or else at a port of the loopback interface.

    Raises:
        OSError: neither is possible.
    """
    if hasattr(socket, "AF_UNIX"):
        try:
            path.unlink(missing_ok=True)  # of a server that was killed
            listener = Listener(str(path), "AF_UNIX", _WAITING_CALLERS)
        except OSError as error:  # a path that is too long, a file system without sockets
            logger.info("Cannot create a socket at %s (%s); using a port of the loopback interface.", path, error)
        else:
            path.chmod(0o600)
            return listener
    return Listener(("127.0.0.1", 0), "AF_INET", _WAITING_CALLERS)


def _replace(new: Path, file: Path) -> None:
    """Replace a file with another; retry, since Windows refuses while another process reads the old file."""
    for _ in range(_REPLACE_ATTEMPTS):
        with suppress(PermissionError):
            new.replace(file)
            return
        time.sleep(_REPLACE_PAUSE)
    new.replace(file)
