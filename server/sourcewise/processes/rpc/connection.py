"""What is said over a connection: proofs at its start, messages, and its end, which another thread may bring."""

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

# How a conversation ends when the other side goes away, or is not who it should be.
BROKEN_OFF = (OSError, EOFError, AuthenticationError, AssertionError)

# Until both sides have proved who they are, neither waits longer for a word of the other.
_PROOF_SECONDS = 10.0


class OpenConnections:
    """The connections of one side, which can all be ended while its threads wait for the other side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._closed = False

    @contextmanager
    def holding(self, connection: Connection) -> Iterator[None]:
        """Add a connection, and end it at the end."""
        self.add(connection)
        try:
            yield
        finally:
            self.end(connection)

    def add(self, connection: Connection) -> None:
        """Add a connection.

        Raises:
            OSError: all have been ended, and so is this one.
        """
        with self._lock:
            if self._closed:
                connection.close()
                raise ConnectionAbortedError
            self._open.add(connection)

    def end(self, connection: Connection) -> None:
        """End a connection that no other thread uses."""
        with self._lock:
            self._open.discard(connection)
            connection.close()

    def close(self) -> None:
        """Shut all down. Each is closed by the thread that uses it; else its number could be another's meanwhile."""
        with self._lock:
            self._closed = True
            for connection in self._open:
                end = socket.socket(fileno=connection.fileno())
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.detach()


def admit(connection: Connection, key: bytes) -> None:
    """Have a caller prove that it knows the key, then prove it to the caller; one of BROKEN_OFF where that fails.

    In this order: an earlier proof of ours would tell a stranger what to answer elsewhere.
    """
    deliver_challenge(_impatient(connection), key)
    answer_challenge(_impatient(connection), key)


def introduce(connection: Connection, key: bytes) -> None:
    """Do the caller's part of admit."""
    answer_challenge(_impatient(connection), key)
    deliver_challenge(_impatient(connection), key)


def packed(message: object) -> bytes:
    """Return a message as it is sent."""
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)


class _Impatient:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.send_bytes = connection.send_bytes

    def recv_bytes(self, maxlength: int | None = None) -> bytes:
        if not self._connection.poll(_PROOF_SECONDS):
            raise TimeoutError
        return self._connection.recv_bytes(maxlength)


def _impatient(connection: Connection) -> Connection:
    return cast("Connection", _Impatient(connection))
