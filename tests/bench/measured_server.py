"""The real server, which also writes down what its searches and hovers take inside: started by `busy_server.py`.

A line of JSON each, in the file that the environment variable names: what it was, its milliseconds, and how many of
them a question's embedding took, for which a search waits but does not work.
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

# Of the request under way; a thread that it has something done in has the same list.
_embedding: ContextVar[list[float] | None] = ContextVar("embedding", default=None)


def _measured(what: str, handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(handle)
    async def measure(*arguments: Any) -> Any:
        embedding: list[float] = []
        _embedding.set(embedding)
        began = time.perf_counter()
        try:
            return await handle(*arguments)
        finally:
            _write_down(what, time.perf_counter() - began, sum(embedding))

    return measure


def _noted(embed: Callable[..., Any]) -> Callable[..., Any]:
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


def _write_down(what: str, seconds: float, embedding: float) -> None:
    with Path(os.environ[MEASURED]).open("a", encoding="utf-8") as lines:
        lines.write(f"{json.dumps([what, 1000 * seconds, 1000 * embedding])}\n")


if __name__ == "__main__":
    Answers.search = _measured("search", Answers.search)  # type: ignore[method-assign]
    Hover.at = _measured("hover", Hover.at)  # type: ignore[method-assign]
    SharedEmbedder.embed_question = _noted(SharedEmbedder.embed_question)  # type: ignore[method-assign]
    main()
