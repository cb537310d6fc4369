from __future__ import annotations

import logging
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sourcewise.errors import StorageError
from sourcewise.storage.embedding_cache import EmbeddingCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "user" / "embeddings.sqlite"


@pytest.fixture
def cache(path: Path) -> Iterator[EmbeddingCache]:
    cache = EmbeddingCache(path)
    yield cache
    cache.close()


def vectors(windows: int, dimension: int = 4) -> NDArray[np.float32]:
    return np.arange(windows * dimension, dtype=np.float32).reshape(windows, dimension) / 3


def test_vectors_come_back_bit_by_bit_with_their_windows(cache: EmbeddingCache) -> None:
    cache.put("mini", [("one", vectors(1)), ("two", vectors(2))])
    known = cache.get("mini", ["two", "unknown", "one", "two"])
    assert sorted(known) == [0, 2, 3]
    np.testing.assert_array_equal(known[0], vectors(2))
    np.testing.assert_array_equal(known[3], vectors(2))
    np.testing.assert_array_equal(known[2], vectors(1))
    assert known[0].dtype == np.float32
    assert known[0].flags.writeable


def test_models_do_not_share_vectors(cache: EmbeddingCache) -> None:
    cache.put("mini", [("text", vectors(1))])
    assert cache.get("mpnet", ["text"]) == {}
    assert cache.get("min", ["itext"]) == {}


def test_later_vectors_replace_earlier_ones(cache: EmbeddingCache) -> None:
    cache.put("mini", [("text", vectors(1))])
    cache.put("mini", [("text", vectors(3, 2))])
    assert cache.get("mini", ["text"])[0].shape == (3, 2)


def test_nothing_asked_is_nothing_found(cache: EmbeddingCache) -> None:
    cache.put("mini", [])
    assert cache.get("mini", []) == {}


def test_any_text_is_a_key(cache: EmbeddingCache) -> None:
    texts = ["", "\0", "\0\0", "ÿ", "\udce9", "💥" * 5000]
    cache.put("mini", [(text, vectors(1, n + 1)) for n, text in enumerate(texts)])
    assert [cache.get("mini", texts)[n].shape for n in range(len(texts))] == [(1, n + 1) for n in range(len(texts))]


def test_vectors_are_there_after_reopening(path: Path) -> None:
    first = EmbeddingCache(path)
    first.put("mini", [("text", vectors(1))])
    first.close()
    second = EmbeddingCache(path)
    assert list(second.get("mini", ["text"])) == [0]
    second.close()


def test_a_damaged_cache_is_set_aside_and_started_anew(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(os.urandom(20_000))
    with caplog.at_level(logging.WARNING):
        cache = EmbeddingCache(path)
    assert "damaged" in caplog.text
    assert len(list(path.parent.glob("*.damaged-*"))) == 1
    cache.put("mini", [("text", vectors(1))])
    assert list(cache.get("mini", ["text"])) == [0]
    cache.close()


def test_damage_that_is_met_later_is_survived(path: Path) -> None:
    cache = EmbeddingCache(path)
    cache.put("mini", [(str(n), vectors(1, 768)) for n in range(300)])
    cache.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(size - 8192))
    cache = EmbeddingCache(path)
    assert cache.get("mini", [str(n) for n in range(300)]) == {}
    cache.put("mini", [("text", vectors(1))])
    assert list(cache.get("mini", ["text"])) == [0]
    cache.close()


def test_a_place_that_cannot_exist_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        EmbeddingCache(tmp_path / "file" / "embeddings.sqlite")


def test_processes_share_one_cache_from_its_creation_on(path: Path) -> None:
    program = """
import sys, pathlib, numpy
from sourcewise.storage.embedding_cache import EmbeddingCache
cache = EmbeddingCache(pathlib.Path(sys.argv[1]))
for n in range(40):
    cache.put("mini", [(f"{sys.argv[2]}-{n}", numpy.ones((1, 8), numpy.float32))])
    assert cache.get("mini", [f"{sys.argv[2]}-{n}"])
cache.close()
"""
    writers = [subprocess.Popen([sys.executable, "-c", program, str(path), str(n)]) for n in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    cache = EmbeddingCache(path)
    assert len(cache.get("mini", [f"{writer}-{n}" for writer in range(3) for n in range(40)])) == 120
    cache.close()
    assert list(path.parent.glob("*.damaged-*")) == []
