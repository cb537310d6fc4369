"""Runs a service in a child process, so that a heavy or crash-prone library is never loaded in this one.

The child starts at the first call, runs one call at a time, is restarted after a crash, and ends after an idle time. It
ends with its parent, even if that is killed: it reads its requests from a pipe, and a closed pipe means that the parent
has ended. Messages are pickled; both ends are this package, and nothing else can write to the pipe.

    parent                               child
    (arguments)                    →     SERVICE(**arguments)
    (method, args)                 →
                                   ←     ("item", value)…   if the method is a generator
                                   ←     ("done", value) or ("failed", UserError)
                                         or ("unexpected", (class of the error, is_out_of_memory))
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

from sourcewise.errors import UserError, WorkerDiedError, WorkerError
from sourcewise.processes import environment
from sourcewise.processes.worker_process import BROKEN_PIPE, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

# A killed process ends in milliseconds, unless a broken disk or driver blocks it; then stop waiting.
_END_SECONDS = 2.0
_START = (
    "import os, sys; sys.path[:] = sys.argv.pop().split(os.pathsep); "
    "from sourcewise.processes import worker_process; worker_process.main()"
)
PROCESS_MARK = "sourcewise.worker"
"""An argument that identifies Sourcewise workers among all processes."""

# At most this many urgent calls may overtake a waiting one.
_MOST_OVERTAKEN = 4


class Worker:
    """The parent's end. Every method may be called from any thread."""

    def __init__(
        self,
        service: str,
        arguments: Mapping[str, Any] | None = None,
        name: str = "worker",
        *,
        low_priority: bool = False,
        log_file: Path | None = None,
        idle_seconds: Callable[[], float | None] | None = None,
    ) -> None:
        """Describe the child; nothing is started.

        Args:
            service: `package.module:Class`, created once in the child with `arguments`.
            arguments: of the class.
            name: for messages.
            low_priority: run it at a lower priority than other programs.
            log_file: gets its standard error; None shares this process's.
            idle_seconds: returns, after each call, how long the child waits for the next one before it ends; None means
                forever.
        """
        self.name = name
        self._service = service
        self._arguments = dict(arguments or {})
        self._low_priority = low_priority
        self._log_file = log_file
        self._idle_seconds = idle_seconds
        self._process: subprocess.Popen[bytes] | None = None
        # The child that was ended on purpose.
        self._ended: subprocess.Popen[bytes] | None = None
        self._turns = threading.Condition()
        self._busy = False
        self._urgent_waiting = 0
        self._others_waiting = 0
        self._overtaken = 0
        self._closings = 0
        self._last_used = 0.0

    def call(self, method: str, *args: Any, on_item: Callable[[Any], None] | None = None, urgent: bool = False) -> Any:
        """Run a method of the service and return its result.

        Args:
            method: its name.
            args: its arguments.
            on_item: gets the items that a generator method yields, in this thread.
            urgent: overtake waiting calls that are not urgent.

        Raises:
            UserError: the error that the method raised.
            WorkerDiedError: the child died during the call.
            WorkerError: the child cannot be started or was ended by `kill` or `close`, or the method failed
                unexpectedly.
        """
        with self._turn(urgent) as closings:
            process = self._running_process(closings)
            try:
                send(process.stdin, (method, args))
                return self._receive(process, on_item)
            except BROKEN_PIPE as error:
                raise self._death(process) from error
            except UserError:
                raise
            except BaseException:
                # Interrupted between a request and its reply (Ctrl-C): the next call would get this reply.
                self._reap()
                raise

    @property
    def running(self) -> bool:
        """Whether the child is running."""
        process = self._process
        return process is not None and process.poll() is None

    def kill(self) -> None:
        """End the child at once; a running call raises WorkerError, the next call starts a new child."""
        with self._turns:
            self._end()

    def close(self) -> None:
        """End the child at once; running and waiting calls raise WorkerError, a later call starts a new child."""
        with self._turns:
            self._closings += 1
            process = self._end()
            if not self._busy:
                self._reap()  # else the running call does it, as soon as it fails
            self._turns.notify_all()
        if process is not None:
            _await_end(process)

    def restart(self, arguments: Mapping[str, Any]) -> None:
        """Start the next call in a new child whose service gets these arguments; a running call ends first."""
        self._arguments = dict(arguments)
        with suppress(WorkerError), self._turn(urgent=True):
            self._reap()

    @contextmanager
    def _turn(self, urgent: bool) -> Iterator[int]:
        """Wait for the turn of a call; yield the number of closings before it."""
        with self._turns:
            closings = self._closings
            self._urgent_waiting += urgent
            self._others_waiting += not urgent
            try:
                self._turns.wait_for(lambda: self._is_free(urgent) or self._closings != closings)
            finally:
                self._urgent_waiting -= urgent
                self._others_waiting -= not urgent
            if self._closings != closings:
                raise self._stopped()
            self._busy = True
            self._overtaken = self._overtaken + 1 if urgent and self._others_waiting else 0
        try:
            yield closings
        finally:
            with self._turns:
                self._busy = False
                self._last_used = time.monotonic()
                self._turns.notify_all()

    def _is_free(self, urgent: bool) -> bool:
        if self._busy:
            return False
        if self._overtaken < _MOST_OVERTAKEN:
            return urgent or not self._urgent_waiting
        return not urgent or not self._others_waiting

    def _running_process(self, closings: int) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._reap()
        process = self._start()
        with self._turns:
            self._process = process
            if self._closings != closings:
                self._end()
        if self._idle_seconds is not None:
            threading.Thread(target=self._end_when_idle, args=(process, self._idle_seconds), daemon=True).start()
        try:
            send(process.stdin, self._arguments)
        except OSError as error:
            raise self._death(process) from error
        return process

    def _end_when_idle(self, process: subprocess.Popen[bytes], idle_seconds: Callable[[], float | None]) -> None:
        """End an idle child to free its memory; no call can begin meanwhile, since it would need the lock."""
        with self._turns:
            while self._process is process:
                allowed = None if self._busy else idle_seconds()
                left = None if allowed is None else self._last_used + allowed - time.monotonic()
                if left is not None and left <= 0:
                    logger.info("Ending the %s process: idle for %.0f seconds.", self.name, allowed)
                    self._reap()
                else:
                    self._turns.wait(left)

    def _start(self) -> subprocess.Popen[bytes]:
        # -EP: neither a variable nor the current folder adds an import path; the child gets the parent's import paths.
        # A process group of its own: the terminal's Ctrl-C goes to the parent, which decides what to do.
        import_paths = os.pathsep.join(environment.import_path())
        command = [
            sys.executable,
            "-EP",
            "-c",
            _START,
            PROCESS_MARK,
            self._service,
            str(int(self._low_priority)),
            import_paths,
        ]
        grouping: dict[str, Any] = {"creationflags": 0x200} if sys.platform == "win32" else {"process_group": 0}
        try:
            with self._open_log() as log:
                return subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd=environment.PACKAGE_FOLDER,
                    env=environment.worker_variables(),
                    **grouping,
                )
        except OSError as error:
            raise WorkerError(
                f"The {self.name} process cannot be started: {error}.", "Close some programs and try again."
            ) from error

    @contextmanager
    def _open_log(self) -> Iterator[IO[bytes] | None]:
        if self._log_file is None:
            yield None
            return
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as log:
            yield log

    def _receive(self, process: subprocess.Popen[bytes], on_item: Callable[[Any], None] | None) -> Any:
        assert process.stdout is not None
        while True:
            kind, value = pickle.load(process.stdout)  # noqa: S301 - our own child wrote it
            if kind == "done":
                return value
            if kind == "failed":
                raise value
            if kind == "unexpected":
                raise self._failure(*value)
            if on_item is not None:
                on_item(value)

    def _death(self, process: subprocess.Popen[bytes]) -> WorkerError:
        process.kill()
        code = process.wait()
        self._reap()
        if process is self._ended:
            return self._stopped()
        logger.error("The %s process ended with %s.", self.name, code)
        where = f" Its log is {self._log_file}." if self._log_file else ""
        died = WorkerDiedError(f"The {self.name} process stopped unexpectedly (exit {code}).", f"Try again.{where}")
        died.status = code
        return died

    def _failure(self, error: str, out_of_memory: bool) -> WorkerError:
        if out_of_memory:
            return WorkerError(
                f"There is not enough memory for the {self.name} process.", "Close other programs and try again."
            )
        where = f" The details are in {self._log_file}." if self._log_file else ""
        return WorkerError(f"The {self.name} process failed unexpectedly ({error}).", f"Try again.{where}")

    def _stopped(self) -> WorkerError:
        return WorkerError(f"The {self.name} process was ended during a call.", "Try again.")

    def _end(self) -> subprocess.Popen[bytes] | None:
        """Kill the child on purpose; the caller has the lock."""
        self._ended = process = self._process
        if process is not None:
            with suppress(OSError):
                process.kill()
        return process

    def _reap(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        _await_end(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # data that was buffered for a dead child
                    pipe.close()


def _await_end(process: subprocess.Popen[bytes]) -> None:
    with suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
