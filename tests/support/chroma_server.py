"""Runs a real Chroma server with `chroma run`."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO


class RunningChroma:
    """Runs until it is stopped. Logs to a file, because the server would block on a pipe that is not read."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log: IO[bytes] = (folder / "chroma.log").open("ab")
        program = Path(sys.executable).with_name("chroma")
        command = [program, "run", "--path", folder / "data", "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        while not self._answers():
            assert self._process.poll() is None, (folder / "chroma.log").read_text()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", "/api/v2/heartbeat")
            with connection.getresponse() as response:
                return response.status == http.HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
