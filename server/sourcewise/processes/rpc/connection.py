"""Connections: mutual authentication at the start, messages, and closing from another thread."""

from __future__ import annotations

import pickle
import socket
import threading
from contextlib import contextmanager, suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

# The errors of a connection whose other side has ended or failed authentication.
BROKEN_OFF = (OSError, EOFError, AuthenticationError, AssertionError)

# The longest wait for each message of the authentication.
_PROOF_SECONDS = 10.0


class OpenConnections:
    """The connections of one side, which can all be closed while its threads wait for the other side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._closed = False

    @contextmanager
    def holding(self, connection: Connection) -> Iterator[None]:
        """Add a connection, and close it at the end of the block."""
        self.add(connection)
        try:
            yield
        finally:
            self.end(connection)

    def add(self, connection: Connection) -> None:
        """Add a connection.

        Raises:
            OSError: `close` was called; this connection is closed as well.
        """
        with self._lock:
            if self._closed:
                connection.close()
                raise ConnectionAbortedError
            self._open.add(connection)

    def end(self, connection: Connection) -> None:
        """Close a connection that no other thread uses."""
        with self._lock:
            self._open.discard(connection)
            connection.close()

    def close(self) -> None:
        """Shut down all connections. Only the thread that uses one closes it, so that its descriptor is not reused."""
        with self._lock:
            self._closed = True
            for connection in self._open:
                end = socket.socket(fileno=connection.fileno())
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.detach()


def admit(connection: Connection, key: bytes) -> None:
    """Authenticate the caller, then this side to the caller; raise one of BROKEN_OFF on failure.

    In this order: if this side answered a challenge first, a stranger could relay the answer to another server.
    """
    deliver_challenge(_with_timeout(connection), key)
    answer_challenge(_with_timeout(connection), key)


def introduce(connection: Connection, key: bytes) -> None:
    """Do the caller's part of `admit`."""
    answer_challenge(_with_timeout(connection), key)
    deliver_challenge(_with_timeout(connection), key)


def packed(message: object) -> bytes:
    """Return a message as bytes to send."""
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)


class _ConnectionWithTimeout:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.send_bytes = connection.send_bytes

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        if not self._connection.poll(_PROOF_SECONDS):
            raise TimeoutError
        return self._connection.recv_bytes(maxlength)


def _with_timeout(connection: Connection) -> Connection:
    return cast("Connection", _ConnectionWithTimeout(connection))
