"""The disk usage of a user's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sourcewise.paths import DataPaths
from sourcewise.storage.disk_usage import bytes_in, disk_usage, readable_size

if TYPE_CHECKING:
    from pathlib import Path


def write(file: Path, size: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x" * size)


def test_disk_usage_is_summed_by_indexes_cache_and_models(tmp_path: Path) -> None:
    data = DataPaths(tmp_path)
    index = data.index_of(tmp_path / "elsewhere" / "shop")
    write(index.catalog, 1000)
    write(index.catalog.with_name("catalog.sqlite-wal"), 200)
    write(index.vectors / "segment" / "data_level0.bin", 30)
    write(data.indexes / "other" / "catalog.sqlite", 4)
    write(data.embedding_cache, 500)
    write(data.embedding_cache.with_name("embeddings.sqlite-wal"), 60)
    write(data.models / "mini" / "weights", 7)
    assert bytes_in(index.root) == 1230
    usage = disk_usage(data)
    assert (usage.indexes, usage.cache, usage.models) == (1234, 560, 7)
    assert usage.free > 0


def test_missing_data_takes_no_space(tmp_path: Path) -> None:
    usage = disk_usage(DataPaths(tmp_path / "not" / "there"))
    assert (usage.indexes, usage.cache, usage.models) == (0, 0, 0)


def test_a_file_with_two_names_in_a_folder_of_models_is_counted_once(tmp_path: Path) -> None:
    write(tmp_path / "blobs" / "weights", 5000)
    (tmp_path / "snapshot").mkdir()
    (tmp_path / "snapshot" / "model.safetensors").symlink_to(tmp_path / "blobs" / "weights")
    assert bytes_in(tmp_path) < 5500


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (1_250_000, "1.2 MB"), (43_210_000_000, "43.2 GB")],
)
def test_sizes_are_readable(size: int, text: str) -> None:
    assert readable_size(size) == text
