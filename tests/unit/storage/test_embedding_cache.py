from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sourcewise.errors import StorageError
from sourcewise.storage.embedding_cache import EmbeddingCache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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


def test_cached_vectors_are_bit_identical_and_keep_their_windows(cache: EmbeddingCache) -> None:
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


def test_no_texts_give_no_vectors(cache: EmbeddingCache) -> None:
    cache.put("mini", [])
    assert cache.get("mini", []) == {}


def test_any_text_can_be_a_key(cache: EmbeddingCache) -> None:
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


def test_a_damaged_cache_is_set_aside_and_replaced(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(os.urandom(20_000))
    cache = EmbeddingCache(path)
    with caplog.at_level(logging.WARNING):
        cache.put("mini", [("text", vectors(1))])
    assert "damaged" in caplog.text
    assert len(list(path.parent.glob("*.damaged-*"))) == 1
    assert list(cache.get("mini", ["text"])) == [0]
    cache.close()


def test_damage_that_appears_later_is_handled(path: Path) -> None:
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


def test_an_unusable_path_is_reported_at_each_use_until_it_works(path: Path) -> None:
    path.parent.write_text("a file in place of the folder")
    cache = EmbeddingCache(path)
    for _ in range(2):
        with pytest.raises(StorageError):
            cache.put("mini", [("text", vectors(1))])
    path.parent.unlink()
    cache.put("mini", [("text", vectors(1))])
    assert len(cache) == 1
    cache.close()


def test_processes_share_one_cache_from_its_creation(path: Path) -> None:
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


class Calendar:
    """Returns the day that a test sets."""

    def __init__(self, day: int) -> None:
        self.day = day

    def __call__(self) -> int:
        return self.day


@pytest.fixture
def calendar() -> Calendar:
    return Calendar(20_000)


@pytest.fixture
def dated(path: Path, calendar: Calendar) -> Iterator[EmbeddingCache]:
    cache = EmbeddingCache(path, calendar)
    yield cache
    cache.close()


def kept(cache: EmbeddingCache, texts: Sequence[str]) -> list[str]:
    return [texts[index] for index in sorted(cache.get("mini", texts))]


def test_unused_embeddings_are_evicted_after_their_days_and_used_ones_stay(
    dated: EmbeddingCache, calendar: Calendar
) -> None:
    dated.put("mini", [("forgotten", vectors(1)), ("needed", vectors(1))])
    calendar.day += 100
    assert kept(dated, ["needed"]) == ["needed"]
    calendar.day += 25
    assert dated.evict(10**9, 120) == 1
    assert kept(dated, ["forgotten", "needed"]) == ["needed"]


def test_the_least_recently_used_embeddings_are_evicted_above_the_limit(
    dated: EmbeddingCache, calendar: Calendar
) -> None:
    days = [[f"{day} {number}" for number in range(1000)] for day in range(3)]
    for texts in days:
        dated.put("mini", [(text, vectors(1, 768)) for text in texts])
        calendar.day += 1
    kept(dated, days[0])
    calendar.day += 2
    assert 1000 <= dated.evict(9_000_000, 120) < 2000
    assert kept(dated, days[1]) == []
    assert kept(dated, days[0]) == days[0]


def test_embeddings_used_today_or_yesterday_stay_even_above_the_limit(
    dated: EmbeddingCache, calendar: Calendar
) -> None:
    dated.put("mini", [("yesterday", vectors(1))])
    calendar.day += 1
    dated.put("mini", [("today", vectors(1))])
    assert dated.evict(0, 0) == 0
    calendar.day += 1
    assert dated.evict(0, 0) == 1
    assert kept(dated, ["yesterday", "today"]) == ["today"]


def test_the_cache_is_evicted_once_a_day_by_any_process(dated: EmbeddingCache, calendar: Calendar, path: Path) -> None:
    dated.put("mini", [("old", vectors(1))])
    calendar.day += 10
    assert dated.evict(10**9, 20) == 0
    other = EmbeddingCache(path, calendar)
    assert other.evict(10**9, 5) == 0
    calendar.day += 1
    assert other.evict(10**9, 5) == 1
    other.close()


def test_a_clock_that_was_ahead_keeps_no_embedding_forever(dated: EmbeddingCache, calendar: Calendar) -> None:
    calendar.day += 5000
    dated.put("mini", [("text", vectors(1))])
    dated.evict(10**9, 120)
    calendar.day -= 5000
    assert dated.evict(10**9, 120) == 0
    calendar.day += 121
    assert dated.evict(10**9, 120) == 1


def test_a_cache_from_before_uses_were_recorded_keeps_every_vector(path: Path, calendar: Calendar) -> None:
    early_program(path, 25_000)
    cache = EmbeddingCache(path, calendar)
    assert len(cache) == 25_000
    assert cache.evict(10**9, 120) == 0
    calendar.day += 120
    assert cache.evict(10**9, 120) == 0
    calendar.day += 1
    assert cache.evict(10**9, 120) == 25_000
    cache.close()


def early_program(path: Path, texts: int) -> None:
    """Write as a version does that does not record uses."""
    path.parent.mkdir(exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            """CREATE TABLE IF NOT EXISTS embeddings
                (key TEXT PRIMARY KEY, windows INTEGER NOT NULL, vectors BLOB NOT NULL)"""
        )
        connection.execute("PRAGMA user_version = 1")
        rows = ((f"{number:032x}", 1, b"\0" * 16) for number in range(texts))
        connection.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", rows)


def test_versions_from_before_uses_were_recorded_share_the_cache(cache: EmbeddingCache, path: Path) -> None:
    cache.put("mini", [("text", vectors(1))])
    early_program(path, 5)
    assert kept(cache, ["text"]) == ["text"]
    assert len(cache) == 6


def test_processes_open_an_early_cache_simultaneously_and_lose_nothing(path: Path) -> None:
    early_program(path, 20_000)
    program = """
import sys, pathlib
from sourcewise.storage.embedding_cache import EmbeddingCache
cache = EmbeddingCache(pathlib.Path(sys.argv[1]))
cache.evict(0, 0)
assert len(cache) == 20000
cache.close()
"""
    openers = [subprocess.Popen([sys.executable, "-c", program, str(path)]) for _ in range(3)]
    assert [opener.wait(60) for opener in openers] == [0, 0, 0]


def test_the_file_shrinks_after_a_large_eviction(dated: EmbeddingCache, calendar: Calendar, path: Path) -> None:
    dated.put("mini", [(str(number), vectors(1, 8192)) for number in range(800)])
    calendar.day += 200
    assert dated.evict(10**9, 120) == 800
    assert path.stat().st_size < 1_000_000


def test_vectors_are_found_even_if_their_use_cannot_be_recorded(
    dated: EmbeddingCache, calendar: Calendar, path: Path
) -> None:
    dated.put("mini", [("text", vectors(1))])
    calendar.day += 1
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON uses BEGIN SELECT max(nowhere) FROM uses; END")
    assert kept(dated, ["text"]) == ["text"]


def test_only_the_last_of_several_damaged_caches_is_kept(path: Path) -> None:
    path.parent.mkdir()
    for _ in range(3):
        path.write_bytes(os.urandom(20_000))
        cache = EmbeddingCache(path)
        assert len(cache) == 0
        cache.close()
    assert len(list(path.parent.glob("*.damaged-*"))) == 1
