"""The child process of a worker: serves the calls of the parent process; see `worker`."""

from __future__ import annotations

import importlib
import inspect
import logging
import os
import pickle
import queue
import sys
import threading
from contextlib import suppress
from typing import IO, Any

import psutil

from sourcewise.errors import UserError

logger = logging.getLogger(__name__)

BROKEN_PIPE = (EOFError, OSError, pickle.UnpicklingError)
"""The errors of reading from or writing to the pipe of a dead process."""


_MEMORY_WORDS = (
    "bad alloc",
    "bad_alloc",
    "cannot allocate",
    "can't allocate",
    "failed to allocate",
    "failed to map segment",
    "not enough memory",
    "out of memory",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether a library failed because memory ran out; native ones report it only by their words."""
    return isinstance(error, MemoryError) or any(word in str(error).lower() for word in _MEMORY_WORDS)


def send(pipe: IO[bytes] | None, message: object) -> None:
    """Write a message to a pipe."""
    assert pipe is not None
    pipe.write(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))
    pipe.flush()


def _lower_priority() -> None:
    """Lower the processor and disk priority of this process."""
    process = psutil.Process()
    with suppress(psutil.Error, OSError):
        if sys.platform == "win32":
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
            process.ionice(psutil.IOPRIO_LOW)
            return
        process.nice(10)
        if sys.platform == "linux":
            process.ionice(psutil.IOPRIO_CLASS_BE, 7)


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Reserve the pipes for messages; all other code reads nothing and prints to standard error."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, replies


def _serve(service_name: str, requests: queue.SimpleQueue[Any], replies: IO[bytes]) -> None:
    arguments = requests.get()
    module, _, name = service_name.partition(":")
    service: Any = None
    while True:
        method, args = requests.get()
        try:
            service = service or getattr(importlib.import_module(module), name)(**arguments)
            reply = "done", _run(getattr(service, method)(*args), replies)
        except UserError as error:
            reply = "failed", error
        except Exception as error:
            # The words of a library are for the log only.
            logger.exception("%s.%s failed", service_name, method)
            reply = "unexpected", (type(error).__name__, is_out_of_memory(error))
        send(replies, reply)


def _read_requests(pipe: IO[bytes], requests: queue.SimpleQueue[Any]) -> None:
    """Queue requests; exit at once when the parent has ended, even during a call."""
    while True:
        try:
            requests.put(pickle.load(pipe))  # noqa: S301 - our own parent wrote it
        except BROKEN_PIPE:
            os._exit(0)


def _run(result: Any, replies: IO[bytes]) -> Any:
    if not inspect.isgenerator(result):
        return result
    while True:
        try:
            item = next(result)
        except StopIteration as stop:
            return stop.value
        send(replies, ("item", item))


def main() -> None:
    """Serve the parent until it closes the pipe."""
    service, low_priority = sys.argv[2:4]
    logging.raiseExceptions = False
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    if low_priority == "1":
        _lower_priority()
    pipe, replies = _take_pipes()
    requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(pipe, requests), daemon=True).start()
    with suppress(BrokenPipeError):
        _serve(service, requests, replies)
