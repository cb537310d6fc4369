"""The client: calls methods of another process."""

from __future__ import annotations

import pickle
from contextlib import contextmanager, suppress
from multiprocessing.connection import Client
from typing import TYPE_CHECKING, Any

from sourcewise import __version__
from sourcewise.errors import PeerGoneError, PeerSlowError, PeerVersionError
from sourcewise.processes.rpc.address import Address
from sourcewise.processes.rpc.connection import BROKEN_OFF, OpenConnections, introduce, packed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from pathlib import Path


class RpcClient:
    """Calls the methods of a server. Thread-safe; calls of several threads run at the same time."""

    def __init__(self, address_file: Path, name: str) -> None:
        """Describe the server; nothing is connected.

        Args:
            address_file: of the server.
            name: of the server, as the subject of messages.
        """
        self._address_file = address_file
        self._name = name
        self._connections = OpenConnections()
        self._idle: list[Connection] = []

    def call(self, method: str, *args: Any, timeout: float | None = None) -> Any:
        """Run a method of the server and return its result.

        Args:
            method: its name.
            args: its arguments.
            timeout: seconds to wait for the result; None means forever.

        Raises:
            SourcewiseError: the error that the method raised.
            PeerGoneError: no server is running, or it ended before it answered.
            PeerSlowError: it did not answer in time; the method may still be running.
            PeerVersionError: it has another version, and was not called.
        """
        request = packed((method, args))
        try:
            with self._lent_connection() as connection:
                connection.send_bytes(request)
                if not connection.poll(timeout):
                    raise PeerSlowError(f"{self._name} did not answer within {timeout:g} s.", "Try again in a moment.")
                reply = connection.recv_bytes()
        except BROKEN_OFF as error:
            raise PeerGoneError(f"{self._name} does not answer.", "Try again in a moment.") from error
        outcome, value = pickle.loads(reply)  # noqa: S301 - the server knows the secret
        if outcome == "failed":
            raise value
        return value

    def close(self) -> None:
        """Close all connections; running and later calls raise PeerGoneError."""
        self._connections.close()
        while (connection := self._pop_idle()) is not None:
            self._connections.end(connection)

    @contextmanager
    def _lent_connection(self) -> Iterator[Connection]:
        connection = self._idle_connection() or self._connect()
        try:
            yield connection
        except BaseException:
            # A late reply may still arrive on this connection, and the next call must not get it.
            self._connections.end(connection)
            raise
        self._idle.append(connection)

    def _idle_connection(self) -> Connection | None:
        while (connection := self._pop_idle()) is not None:
            with suppress(OSError):
                if not connection.poll():  # no call is pending, so anything to read is the end of the connection
                    return connection
            self._connections.end(connection)
        return None

    def _pop_idle(self) -> Connection | None:
        with suppress(IndexError):
            return self._idle.pop()
        return None

    def _connect(self) -> Connection:
        address = Address.read_from(self._address_file)
        self._check_version(address)
        connection = Client(address.place)
        self._connections.add(connection)
        try:
            introduce(connection, address.key)
        except BaseException:
            self._connections.end(connection)
            raise
        return connection

    def _check_version(self, address: Address) -> None:
        if address.version != __version__:
            raise PeerVersionError(
                f"{self._name} runs Sourcewise {address.version}, but this is Sourcewise {__version__}.",
                "Reload the other editor windows, or end the other command, so that all run the same version.",
            )
