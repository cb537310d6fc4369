"""The server: runs methods of this process for other processes."""

from __future__ import annotations

import logging
import pickle
import threading
from contextlib import suppress
from multiprocessing.connection import Client
from typing import TYPE_CHECKING, Any

from sourcewise.errors import SourcewiseError, StorageError, UserError
from sourcewise.processes.rpc.address import Address, listen
from sourcewise.processes.rpc.connection import BROKEN_OFF, OpenConnections, admit, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

logger = logging.getLogger(__name__)

# The pause after a connection could not be accepted, for example because of too many open files.
_RETRY_SECONDS = 0.1
_END_SECONDS = 0.5


class RpcServer:
    """Runs methods for other processes; each connection has its own thread, so no caller waits for a slow one."""

    def __init__(self, address_file: Path, methods: Mapping[str, Callable[..., Any]]) -> None:
        """Start serving. Only one process at a time may serve at an address file; a killed one is replaced.

        Args:
            address_file: gets the address for the clients.
            methods: the methods that clients may call, from several threads at once.

        Raises:
            StorageError: the file cannot be written, or no socket can be created.
        """
        self._address_file = address_file
        self._methods = dict(methods)
        self._connections = OpenConnections()
        self._closing = threading.Event()
        try:
            self._begin()
        except OSError as error:
            raise StorageError(
                f"Cannot accept connections from other Sourcewise processes at {address_file}: "
                f"{error.strerror or error}.",
                "Make its folder writable, or set SOURCEWISE_HOME to another folder.",
            ) from error
        self._accepting = threading.Thread(target=self._accept, name="peer server", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Close all connections at once. Running methods continue to their end, but their callers get no result."""
        self._closing.set()
        with suppress(OSError):
            self._address_file.unlink()
        self._connections.close()
        with suppress(*BROKEN_OFF):  # only a connection wakes the accepting thread on every system
            Client(self._address.place).close()
        self._accepting.join(_END_SECONDS)
        with suppress(OSError):
            self._listener.close()

    def _begin(self) -> None:
        self._address_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._listener = listen(self._address_file.with_suffix(".socket"))
        self._address = Address.of(self._listener)
        try:
            self._address.write_to(self._address_file)
        except OSError:
            self._listener.close()
            raise

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), name="peer", daemon=True).start()
            except (OSError, RuntimeError) as error:  # a caller that ended, too many open files, too many threads
                logger.warning("Cannot accept a connection: %s", error)
                self._closing.wait(_RETRY_SECONDS)

    def _serve(self, connection: Connection) -> None:
        with suppress(*BROKEN_OFF), self._connections.holding(connection):
            admit(connection, self._address.key)
            while True:
                connection.send_bytes(self._reply(connection.recv_bytes()))

    def _reply(self, request: bytes) -> bytes:
        try:
            method, args = pickle.loads(request)  # noqa: S301 - the caller knows the secret
            return packed(("done", self._methods[method](*args)))
        except SourcewiseError as error:
            return packed(("failed", error))
        except Exception as error:
            logger.exception("The call of another process failed")
            failure = f"Another Sourcewise process failed unexpectedly ({type(error).__name__})."
            return packed(("failed", UserError(failure, "Try again. The log has the details.")))
