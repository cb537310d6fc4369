"""One embedding process for all windows: which window has it, serves others, and takes over when it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import embedding_window
import numpy as np
import pytest
from embedding_window import DEADLY, PlacedEmbedder, open_window, place_of
from hashing_embedder import HashingEmbedder

from sourcewise.embedding import EmbeddingText, shared_embedder
from sourcewise.errors import WorkerDiedError, WorkerError
from sourcewise.processes.lock import claim
from sourcewise.processes.rpc import RpcServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sourcewise.embedding.shared_embedder import SharedEmbedder

MODEL = "model"


class OtherWindow:
    """A window in another process."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, embedding_window.__file__, str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def place(self) -> int:
        """Embed a text; return the process that did it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[OtherWindow]:
    """Return another window, which has embedded a text and so embeds for all."""
    other = OtherWindow(tmp_path)
    assert other.place() == other.process.pid
    yield other
    other.kill()


@pytest.fixture
def own() -> PlacedEmbedder:
    return PlacedEmbedder()


@pytest.fixture
def window(tmp_path: Path, own: PlacedEmbedder) -> Iterator[SharedEmbedder]:
    window = open_window(tmp_path, own)
    yield window
    window.close()


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_the_first_window_that_embeds_serves_all(
    other: OtherWindow, window: SharedEmbedder, own: PlacedEmbedder
) -> None:
    assert place_of(window) == other.process.pid
    window.embed_texts(MODEL, [EmbeddingText("def f(): pass")])
    assert own.embedded == []


def test_vectors_are_the_same_in_every_process(other: OtherWindow, window: SharedEmbedder) -> None:
    texts = [EmbeddingText("def area(r): return 3.14 * r * r", "module"), EmbeddingText("x " * 100)]
    for made, expected in zip(
        window.embed_texts(MODEL, texts), HashingEmbedder().embed_texts(MODEL, texts), strict=True
    ):
        assert np.array_equal(made, expected)
    question = window.embed_question(MODEL, "what is the area?")
    assert np.array_equal(question, HashingEmbedder().embed_question(MODEL, "what is the area?"))


def test_two_windows_that_start_simultaneously_share_one_process(tmp_path: Path) -> None:
    windows = [OtherWindow(tmp_path) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        places = list(threads.map(OtherWindow.place, windows))
    for one in windows:
        one.kill()
    assert places[0] == places[1]


def test_another_window_takes_over_and_serves_the_rest_when_the_holder_is_killed(
    tmp_path: Path, other: OtherWindow, window: SharedEmbedder
) -> None:
    assert place_of(window) == other.process.pid
    other.kill()
    third = OtherWindow(tmp_path)
    assert place_of(window) == os.getpid()
    assert third.place() == os.getpid()
    third.kill()


def test_another_window_takes_over_when_the_holder_closes(other: OtherWindow, window: SharedEmbedder) -> None:
    assert place_of(window) == other.process.pid
    other.close()
    assert place_of(window) == os.getpid()


def test_served_windows_continue_when_the_holder_closes(tmp_path: Path, window: SharedEmbedder) -> None:
    assert place_of(window) == os.getpid()
    other = OtherWindow(tmp_path)
    assert other.place() == os.getpid()
    window.close()
    assert other.place() == other.process.pid
    other.kill()


def test_texts_in_progress_are_embedded_here_when_the_holder_is_killed(
    other: OtherWindow, window: SharedEmbedder, own: PlacedEmbedder, pipe: Path
) -> None:
    with ThreadPoolExecutor(3) as threads:
        futures = [threads.submit(window.embed_texts, MODEL, [EmbeddingText(str(pipe))])]
        pipe.open().close()  # it has begun
        other.kill()
        assert len(futures[0].result(timeout=30)) == 1
    assert own.embedded == [str(pipe)]


def test_an_error_of_the_holder_is_raised_unchanged_and_not_retried(other: OtherWindow, window: SharedEmbedder) -> None:
    with pytest.raises(WorkerDiedError, match=r"The worker died\."):
        window.embed_texts(MODEL, [EmbeddingText(DEADLY)])
    assert place_of(window) == other.process.pid


def test_a_question_has_the_time_limit_of_its_own_window(
    tmp_path: Path, other: OtherWindow, own: PlacedEmbedder, pipe: Path
) -> None:
    seconds: list[float | None] = [0.0]
    hasty = open_window(tmp_path, own, lambda: seconds[0])
    with pytest.raises(WorkerError, match="still starting or busy"):
        hasty.embed_question(MODEL, str(pipe))
    pipe.open().close()
    seconds[0] = None
    assert hasty.embed_question(MODEL, "area").shape == (64,)
    hasty.close()


@pytest.mark.parametrize("method", ["embed_texts", "windows"])
def test_a_closed_window_embeds_nothing(tmp_path: Path, method: str) -> None:
    window = open_window(tmp_path, PlacedEmbedder())
    window.close()
    with pytest.raises(WorkerError, match="closed"):
        getattr(window, method)(MODEL, [EmbeddingText("text")])


# --- alone ------------------------------------------------------------------------------------------------


def test_a_window_of_another_version_than_the_holder_embeds_on_its_own(tmp_path: Path, window: SharedEmbedder) -> None:
    holder = claim(tmp_path / "lock")
    assert holder is not None
    server = RpcServer(tmp_path / "address", {})
    address = tmp_path / "address"
    address.write_text(json.dumps(json.loads(address.read_text()) | {"version": "0.0.1"}))
    assert place_of(window) == os.getpid()
    server.close()
    holder.release()


def test_a_window_embeds_on_its_own_if_the_holder_does_not_serve(
    tmp_path: Path, window: SharedEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_embedder, "_CHANGE_SECONDS", 0.1)
    holder = claim(tmp_path / "lock")
    assert holder is not None
    assert place_of(window) == os.getpid()
    holder.release()


def test_a_window_embeds_on_its_own_if_nothing_can_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    window = open_window(tmp_path / "file", PlacedEmbedder())
    assert place_of(window) == os.getpid()
    window.close()


def test_many_threads_of_a_window_continue_when_the_holder_is_killed(
    other: OtherWindow, window: SharedEmbedder
) -> None:
    begun = threading.Semaphore(0)

    def embed_often(_: int) -> set[int]:
        places = {place_of(window)}
        begun.release()
        while os.getpid() not in places:
            places.add(place_of(window))
        return places

    with ThreadPoolExecutor(8) as threads:
        futures = threads.map(embed_often, range(8))
        for _ in range(8):
            begun.acquire()
        other.kill()
        for places in futures:
            assert places == {other.process.pid, os.getpid()}
