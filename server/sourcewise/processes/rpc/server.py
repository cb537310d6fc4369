"""The serving side: methods of this process for others."""

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

# After a caller could not be taken (too many open files, say), the next is not tried at once.
_BREATH_SECONDS = 0.1
_END_SECONDS = 0.5


class RpcServer:
    """Runs methods for other processes; each connection has a thread of its own, so nobody waits for a slow one."""

    def __init__(self, address_file: Path, methods: Mapping[str, Callable[..., Any]]) -> None:
        """Begin to serve; one process at a time may at a file, in place of whoever was killed there.

        Args:
            address_file: where clients read how to reach this server.
            methods: what they may call, from several threads at once.

        Raises:
            StorageError: the file cannot be written, or no socket can be had.
        """
        self._address_file = address_file
        self._methods = dict(methods)
        self._connections = OpenConnections()
        self._closing = threading.Event()
        try:
            self._begin()
        except OSError as error:
            raise StorageError(
                f"Other Sourcewise processes cannot be served at {address_file}: {error.strerror or error}.",
                "Make its folder writable, or set SOURCEWISE_HOME to another folder.",
            ) from error
        self._accepting = threading.Thread(target=self._accept, name="peer server", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """End every connection at once. Methods that run go on to their end, but their callers hear nothing of it."""
        self._closing.set()
        with suppress(OSError):
            self._address_file.unlink()
        self._connections.close()
        with suppress(*BROKEN_OFF):  # a caller is what wakes the thread that waits for one, on every system
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
            except (OSError, RuntimeError) as error:  # one that left, too many open files, too many threads
                logger.warning("Another process could not be served: %s", error)
                self._closing.wait(_BREATH_SECONDS)

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
