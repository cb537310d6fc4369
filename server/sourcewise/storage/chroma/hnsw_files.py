"""Checks the files of a search graph, as hnswlib writes them, for damage.

hnswlib loads files unchecked: a truncated graph silently returns wrong results, and an invalid link crashes the
process. Each check reads the bytes that loading would read anyway, and takes about as long.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_FILES = ("header.bin", "data_level0.bin", "length.bin", "link_lists.bin", "index_metadata.pickle")
# Version, offset of level 0, capacity, elements, bytes per element, offsets of its label and its vector within it,
# highest level, entry point, links per element on upper levels.
_HEADER = struct.Struct("<i6QiIQ")
_ROWS_AT_ONCE = 50_000
# Lengths of vectors outside of this range are damage.
_SHORTEST, _LONGEST = 1e-9, 1e9


class _Graph(NamedTuple):
    version: int
    level0: int
    capacity: int
    elements: int
    element_bytes: int
    label_offset: int
    vector_offset: int
    highest_level: int
    entry_point: int
    upper_links: int

    @property
    def level_bytes(self) -> int:
        """Return the size of an element's links on one upper level: a count, then that many links of 4 bytes."""
        return 4 + 4 * self.upper_links


def damage(folder: Path) -> str:
    """Return the damage of the graph in this folder in a few words, or an empty string."""
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        return f"{', '.join(missing)} missing"
    content = (folder / "header.bin").read_bytes()
    if len(content) < _HEADER.size:
        return "header.bin truncated"
    graph = _Graph(*_HEADER.unpack_from(content))
    if graph.elements * graph.element_bytes != (folder / "data_level0.bin").stat().st_size:
        return "data_level0.bin does not match header.bin"
    if not graph.elements:
        return ""
    checks = {
        "data_level0.bin": _links_are_sound,
        "length.bin": _lengths_are_sound,
        "link_lists.bin": _levels_are_sound,
    }
    return next((f"{name} scrambled" for name, is_sound in checks.items() if not is_sound(folder / name, graph)), "")


def elements(folder: Path) -> int:
    """Return the number of vectors in the graph of this folder, including removed ones: a graph never shrinks."""
    return _Graph(*_HEADER.unpack_from((folder / "header.bin").read_bytes())).elements


def _links_are_sound(path: Path, graph: _Graph) -> bool:
    """Check the lowest level: an element begins with 2 bytes of link count, 2 of flags, then its links."""
    if graph.elements > graph.capacity or not 4 <= graph.vector_offset <= graph.element_bytes:
        return False
    data = np.memmap(path, dtype=np.uint8, mode="r", shape=(graph.elements, graph.element_bytes))
    return all(
        _within(np.ascontiguousarray(data[start : start + _ROWS_AT_ONCE, : graph.vector_offset]), graph.elements)
        for start in range(0, graph.elements, _ROWS_AT_ONCE)
    )


def _within(heads: NDArray[np.uint8], elements: int) -> bool:
    """Return whether all counted links point to elements."""
    counts = heads[:, :2].copy().view("<u2")
    links = heads[:, 4:].copy().view("<u4")
    used = np.arange(links.shape[1]) < counts
    return bool((counts <= links.shape[1]).all() and (links[used] < elements).all())


def _lengths_are_sound(path: Path, graph: _Graph) -> bool:
    """Check the file with one number per element: the length of its vector before normalization."""
    if path.stat().st_size != 4 * graph.elements:
        return False
    lengths = np.abs(np.fromfile(path, dtype="<f4"))
    return bool(((lengths > _SHORTEST) & (lengths < _LONGEST)).all())


def _levels_are_sound(path: Path, graph: _Graph) -> bool:
    """Check the upper levels: for each element the size of its links, mostly 0, then the links level by level."""
    content = path.read_bytes()
    if graph.upper_links > len(content) or graph.entry_point >= graph.elements:
        return False
    levels, place = [], 0
    for _ in range(graph.elements):
        if place + 4 > len(content):
            return False
        size = int.from_bytes(content[place : place + 4], "little")
        end = place + 4 + size
        if size % graph.level_bytes or end > len(content):
            return False
        if size:
            heads = np.frombuffer(content, np.uint8, size, place + 4).reshape(-1, graph.level_bytes)
            if not _within(heads, graph.elements):
                return False
        levels.append(size // graph.level_bytes)
        place = end
    return place == len(content) and levels[graph.entry_point] == graph.highest_level == max(levels)
