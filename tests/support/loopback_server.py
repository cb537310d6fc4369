"""A real HTTP server on the loopback address, for tests that need a server to connect to."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self


class LoopbackServer:
    """A context manager that serves on a free port of the loopback address."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], **attributes: object) -> None:
        """Serve with the handler. Its class gets the given attributes, through which it accesses this server."""
        bound = type("BoundHandler", (handler,), attributes)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
