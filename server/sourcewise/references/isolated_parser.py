"""Parses files for references in a separate process, and caches the results by the digest of the file.

A file that crashes its grammar or takes too long is searched without it.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sourcewise.errors import WorkerError
from sourcewise.paths import DataPaths
from sourcewise.processes.worker import Worker
from sourcewise.references.parsed_file import occurrences_without_syntax

if TYPE_CHECKING:
    from sourcewise.domain.code import SourceFile
    from sourcewise.references.occurrence import FileFacts, FileOccurrences

logger = logging.getLogger(__name__)

Key = TypeVar("Key")
Value = TypeVar("Value")

_IDLE_SECONDS = 90.0
# The facts of a file take a few kilobytes.
_CACHED_FACTS = 2000
_CACHED_OCCURRENCES = 2000


class _Cache(Generic[Key, Value]):
    """A thread-safe cache with LRU eviction."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._size:
                self._values.popitem(last=False)


class IsolatedParser:
    """Returns the occurrences of names in files, and the facts about files. Thread-safe."""

    def __init__(self) -> None:
        """Start no process."""
        self._facts: _Cache[tuple[str, str], FileFacts | None] = _Cache(_CACHED_FACTS)
        self._occurrences: _Cache[tuple[str, str, str], FileOccurrences] = _Cache(_CACHED_OCCURRENCES)

    def occurrences(self, file: SourceFile, name: str) -> FileOccurrences:
        """Return the occurrences of a name in a file."""
        key = (file.path, file.digest, name)
        found = self._occurrences.get(key)
        if found is None:
            found = _call("occurrences", file, name) or occurrences_without_syntax(file, name)
            self._occurrences.put(key, found)
        return found

    def facts(self, file: SourceFile) -> FileFacts | None:
        """Return the facts about a file; None if its grammar fails."""
        key = (file.path, file.digest)
        if key not in self._facts:
            self._facts.put(key, _call("facts", file))
        return self._facts.get(key)


def _call(method: str, *arguments: object) -> Any:
    """Call the parsing process; return None if it ends."""
    try:
        return _worker().call(method, *arguments, urgent=True)
    except WorkerError:
        logger.warning("A file is searched without its grammar", exc_info=True)
        return None


@cache
def _worker() -> Worker:
    return Worker(
        "sourcewise.references.parsing_service:ReferenceParsingService",
        name="reference parsing",
        log_file=DataPaths.default().log,
        idle_seconds=lambda: _IDLE_SECONDS,
    )


def end_parsing() -> None:
    """End the parsing process, if it runs; the next file starts it again."""
    if _worker.cache_info().currsize:
        _worker().close()
