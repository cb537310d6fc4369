"""Shares one embedding process among all Sourcewise processes of a user, so that a model is in memory once.

Hides which process has it: the first that embeds takes the lock, uses its own embedder and serves the others. When it
ends, another process takes over and embeds the texts in progress. A process that can neither take the lock nor be
served (another version, a read-only disk) embeds on its own.
"""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sourcewise.errors import PeerGoneError, PeerVersionError, StorageError, WorkerError
from sourcewise.processes.lock import claim
from sourcewise.processes.rpc import RpcClient, RpcServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sourcewise.embedding import Embedder, EmbeddingText, Window
    from sourcewise.embedding.vectors import Vectors
    from sourcewise.processes.lock import Ownership

logger = logging.getLogger(__name__)

# How long a process may hold the lock without serving: it has just taken it, or is about to release it.
_CHANGE_SECONDS = 5.0
_RETRY_SECONDS = 0.05


class SharedEmbedder:
    """An Embedder in whichever process it runs. Thread-safe; questions of all processes go before files of all."""

    def __init__(
        self, own: Embedder, lock: Path, address_file: Path, patience: Callable[[], float | None] = lambda: None
    ) -> None:
        """Describe how to reach the others; nothing is locked and nothing is loaded.

        Args:
            own: used if this process embeds. It must have no time limit, since other processes set their own.
            lock: a lock file; its holder embeds for all.
            address_file: has the address of the holder.
            patience: returns the seconds that a question waits for its vector; None means no limit.
        """
        self._own = own
        self._lock_file = lock
        self._address_file = address_file
        self._patience = patience
        self._methods: dict[str, Callable[..., Any]] = {
            "embed_texts": own.embed_texts,
            "embed_question": own.embed_question,
            "prepare": own.prepare,
            "windows": own.windows,
        }
        self._holder = RpcClient(address_file, "The process that embeds for all Sourcewise windows")
        self._questions = ThreadPoolExecutor(thread_name_prefix="shared question")
        self._changing = threading.Lock()
        self._held: tuple[Ownership, RpcServer] | None = None
        self._alone = False
        self._closed = threading.Event()

    def embed_texts(self, model: str, texts: Sequence[EmbeddingText]) -> list[Vectors]:
        """See Embedder.embed_texts."""
        vectors: list[Vectors] = self._call("embed_texts", model, texts)
        return vectors

    def embed_question(self, model: str, question: str) -> Vectors:
        """See Embedder.embed_question; this process's time limit applies, wherever the question is embedded."""
        future = self._questions.submit(self._call, "embed_question", model, question)
        try:
            vector: Vectors = future.result(self._patience())
        except TimeoutError as error:
            raise WorkerError("The embedding model is still starting or busy.", "Ask again in a moment.") from error
        return vector

    def prepare(self, model: str) -> None:
        """See Embedder.prepare."""
        self._questions.submit(self._call, "prepare", model)

    def windows(self, model: str, texts: Sequence[EmbeddingText]) -> list[list[Window]]:
        """See Embedder.windows."""
        result: list[list[Window]] = self._call("windows", model, texts)
        return result

    def use_threads(self, threads: int) -> None:
        """See Embedder.use_threads; in a process that another serves, it takes effect once this one serves."""
        self._own.use_threads(threads)

    def close(self) -> None:
        """Let another process embed for all; end the worker process of this one."""
        self._closed.set()
        with self._changing:
            held, self._held = self._held, None
            if held is not None:
                ownership, server = held
                # Before the worker ends, so that served processes look for another holder instead of failing.
                server.close()
                ownership.release()
        self._holder.close()
        self._own.close()

    def _call(self, method: str, *args: Any) -> Any:
        deadline = time.monotonic() + _CHANGE_SECONDS
        while not self._embeds_here():
            try:
                return self._holder.call(method, *args)
            except PeerVersionError as error:
                self._embed_alone(error)
            except PeerGoneError as error:
                if time.monotonic() > deadline:
                    self._embed_alone(error)
            self._closed.wait(_RETRY_SECONDS)
        return self._methods[method](*args)

    def _embeds_here(self) -> bool:
        """Return whether this process embeds; take over if no process does."""
        with self._changing:
            if self._closed.is_set():
                raise WorkerError("Embedding is closed in this window.", "Open the folder again.")
            if self._held is None and not self._alone:
                try:
                    self._held = self._take_over()
                except StorageError as error:
                    self._embed_alone(error)
            return self._alone or self._held is not None

    def _take_over(self) -> tuple[Ownership, RpcServer] | None:
        ownership = claim(self._lock_file)
        if ownership is None:
            return None
        try:
            return ownership, RpcServer(self._address_file, self._methods)
        except BaseException:
            ownership.release()
            raise

    def _embed_alone(self, reason: Exception) -> None:
        logger.warning("This process embeds on its own: %s", reason)
        self._alone = True
