"""The real server, which also records how long its searches and hovers take inside. Started by `busy_server.py`.

Writes a line of JSON per request to the file that the environment variable names: the kind of request, its duration in
milliseconds, and how much of that was waiting for the embedding of the question.
"""

from __future__ import annotations

import json
import os
import time
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sourcewise.__main__ import main
from sourcewise.embedding.shared_embedder import SharedEmbedder
from sourcewise.lsp.answers import Answers
from sourcewise.lsp.hover import Hover

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MEASURED = "SOURCEWISE_BENCH_MEASURED"

# The embedding times of the current request. Threads that work for the request share its list.
_embedding: ContextVar[list[float] | None] = ContextVar("embedding", default=None)


def _measured(kind: str, handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(handle)
    async def measure(*arguments: Any) -> Any:
        embedding: list[float] = []
        _embedding.set(embedding)
        began = time.perf_counter()
        try:
            return await handle(*arguments)
        finally:
            _record(kind, time.perf_counter() - began, sum(embedding))

    return measure


def _with_embedding_time(embed: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(embed)
    def measure(*arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return embed(*arguments)
        finally:
            embedding = _embedding.get()
            if embedding is not None:
                embedding.append(time.perf_counter() - began)

    return measure


def _record(kind: str, seconds: float, embedding: float) -> None:
    with Path(os.environ[MEASURED]).open("a", encoding="utf-8") as lines:
        lines.write(f"{json.dumps([kind, 1000 * seconds, 1000 * embedding])}\n")


if __name__ == "__main__":
    Answers.search = _measured("search", Answers.search)  # type: ignore[method-assign]
    Hover.at = _measured("hover", Hover.at)  # type: ignore[method-assign]
    SharedEmbedder.embed_question = _with_embedding_time(SharedEmbedder.embed_question)  # type: ignore[method-assign]
    main()
