"""Runs the chunker in a separate process, so that a crashing grammar affects nothing else.

All folders of this process share one parsing process. It starts with the first file and ends when idle.
"""

from __future__ import annotations

import hashlib
import logging
import signal
from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.chunking.limits import SECONDS
from sourcewise.errors import WorkerDiedError, WorkerError
from sourcewise.paths import DataPaths
from sourcewise.processes.worker import Worker

if TYPE_CHECKING:
    from sourcewise.domain.code import Chunk, SourceFile

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 90.0
# A single crash may be a coincidence.
_ATTEMPTS = 2
_REMEMBERED_CRASHES = 100
# If more files in a row are killed, the machine is short of memory and no file is at fault.
_MOST_KILLED = 3
# Signals from the user or the system; a grammar never causes them.
_STOPPED_BY = {getattr(signal, name, None) for name in ("SIGHUP", "SIGINT", "SIGTERM")} - {None}
_KILLED = -getattr(signal, "SIGKILL", 0)
_OUT_OF_TIME = -getattr(signal, "SIGXCPU", 0) or 1  # on Windows the exit code of `faulthandler`


class Cut(NamedTuple):
    """The chunks of a file.

    Attributes:
        note: a sentence on why the file was cut as plain lines; empty if the grammar was used.
    """

    chunks: tuple[Chunk, ...]
    note: str = ""


class IsolatedChunker:
    """A SmartCodeChunker whose grammars run in another process. Thread-safe.

    A file that crashes its grammar or takes too long is cut as plain lines.
    """

    def __init__(self, max_tokens: int = 1500, overlap_tokens: int = 200, *, urgent: bool = False) -> None:
        """Set the sizes; start no process.

        Args:
            max_tokens: see SmartCodeChunker.
            overlap_tokens: see SmartCodeChunker.
            urgent: whether its files take precedence over those of other chunkers.
        """
        self._sizes = (max_tokens, overlap_tokens)
        self._urgent = urgent

    def chunk_with_context(self, file: SourceFile) -> tuple[Chunk, ...]:
        """Return the chunks of a file in order, as plain lines if the parsing process is unavailable."""
        try:
            return self.cut(file).chunks
        except WorkerError:
            logger.warning("%s is shown as plain lines", file.path, exc_info=True)
            return SmartCodeChunker(*self._sizes).chunk_as_lines(file)

    def cut(self, file: SourceFile) -> Cut:
        """Return the chunks of a file in order, with a note if they are plain lines.

        Raises:
            WorkerError: the parsing process could not start or was ended, and the file is not the cause.
        """
        failure = _crashes.of(file) or self._by_syntax(file)
        if isinstance(failure, Cut):
            return failure
        # If the machine and not the file is at fault, this fails too.
        chunks = self._call("by_lines", file)
        _crashes.add(file, failure)
        return Cut(chunks, f"Its {file.language} grammar {failure}, so it is indexed as plain lines.")

    def _by_syntax(self, file: SourceFile) -> Cut | str:
        """Return the chunks, or a description of the failure."""
        failure, killed = "", False
        if _crashes.killed_in_a_row >= _MOST_KILLED:
            _crashes.killed_in_a_row = 0
            raise WorkerError(
                "The operating system keeps ending the parsing process.", "Free some memory and try again."
            )
        for _ in range(_ATTEMPTS):
            try:
                chunks, note = self._call("by_syntax", file)
            except WorkerDiedError as death:
                if -death.status in _STOPPED_BY:
                    raise
                failure = _in_words(death.status)
                killed = death.status == _KILLED
                if death.status == _OUT_OF_TIME:
                    break
            else:
                _crashes.killed_in_a_row = 0
                return Cut(chunks, note)
        _crashes.killed_in_a_row += killed
        return failure

    def _call(self, method: str, file: SourceFile) -> Any:
        return _worker().call(method, file, *self._sizes, urgent=self._urgent)


class _Crashes:
    """Remembers texts that crashed their grammar, because an open document is parsed repeatedly.

    Attributes:
        killed_in_a_row: number of consecutive files whose process was killed from outside.
    """

    def __init__(self) -> None:
        self.killed_in_a_row = 0
        self._failures: OrderedDict[bytes, str] = OrderedDict()

    def of(self, file: SourceFile) -> str:
        return self._failures.get(_key(file), "") if self._failures else ""

    def add(self, file: SourceFile, failure: str) -> None:
        self._failures[_key(file)] = failure
        if len(self._failures) > _REMEMBERED_CRASHES:
            self._failures.popitem(last=False)


_crashes = _Crashes()


@cache
def _worker() -> Worker:
    return Worker(
        "sourcewise.chunking.service:ChunkingService",
        name="parsing",
        log_file=DataPaths.default().log,
        idle_seconds=lambda: _IDLE_SECONDS,
    )


def end_parsing() -> None:
    """End the parsing process, if it runs; the next file starts it again."""
    if _worker.cache_info().currsize:
        _worker().close()


def _key(file: SourceFile) -> bytes:
    text = file.text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, person=file.language.encode()[:16]).digest()


def _in_words(status: int) -> str:
    if status == _OUT_OF_TIME:
        return f"took longer than {SECONDS} seconds"
    if status == _KILLED:
        return "was killed, possibly because memory ran out (signal 9)"
    return f"crashed (signal {-status})" if status < 0 else f"crashed (exit code {status})"
