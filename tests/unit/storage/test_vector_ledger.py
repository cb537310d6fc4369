"""The ledger knows which vectors are pending, stored, stale and to remove."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from catalog_samples import MODEL, chunk, put, skipped

from sourcewise.domain.code import SkipReason
from sourcewise.storage.catalog import Catalog, IndexCounts

if TYPE_CHECKING:
    from pathlib import Path


def pending(catalog: Catalog, *first: str) -> list[str]:
    return [part.id for part in catalog.vectors.pending(MODEL, 10, first)]


def test_every_new_chunk_is_pending_until_its_vectors_are_stored(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    assert pending(catalog) == [one.id]
    put(catalog, "b.py", two)
    assert pending(catalog) == [one.id, two.id]
    catalog.vectors.mark_stored(MODEL, [(one, 3)])
    assert pending(catalog) == [two.id]
    assert catalog.counts(MODEL) == IndexCounts(2, 2, 1, 0)
    assert (catalog.vectors.count(MODEL), catalog.vectors.models()) == (3, [MODEL])


def test_urgent_chunks_come_first(catalog: Catalog) -> None:
    parts = [chunk("a.py", f"x{n}", position=n, total=5) for n in range(5)]
    put(catalog, "a.py", *parts)
    catalog.vectors.mark_stored(MODEL, [(parts[4], 1)])
    ids = [part.id for part in parts]
    assert pending(catalog, ids[4], ids[3], "nowhere", ids[1]) == [ids[3], ids[1], ids[0], ids[2]]
    assert [part.id for part in catalog.vectors.pending(MODEL, 2, [ids[3]])] == [ids[3], ids[0]]


def test_models_are_counted_separately(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.vectors.mark_stored("other", [(one, 2)])
    assert pending(catalog) == [one.id]
    assert catalog.vectors.models() == ["other"]
    assert (catalog.counts("other").embedded, catalog.counts(MODEL).embedded) == (1, 0)


def test_a_moved_chunk_keeps_its_vectors_and_becomes_stale(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    put(catalog, "a.py", one)
    assert catalog.vectors.stale(MODEL, 5) == []
    moved = replace(one, first_line=4, last_line=4)
    put(catalog, "a.py", moved)
    assert pending(catalog) == []
    assert catalog.vectors.stale(MODEL, 5) == [(moved, 2)]
    catalog.vectors.mark_fresh(MODEL, [moved])
    assert catalog.vectors.stale(MODEL, 5) == []
    assert catalog.counts(MODEL).embedded == 1


@pytest.mark.parametrize("way", ["remove", "skip", "scan", "replace"])
def test_vectors_of_a_removed_chunk_should_be_removed(catalog: Catalog, path: Path, way: str) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    if way == "remove":
        catalog.remove_files(["a.py"])
    elif way == "skip":
        catalog.skipped.record([skipped("a.py")])
    elif way == "scan":
        catalog.skipped.replace_scanned([skipped("a.py", SkipReason.IGNORED)])
    else:
        put(catalog, "a.py")
    reopened = Catalog(path)
    assert reopened.vectors.to_remove(MODEL, 5) == [(one.id, 2)]
    assert (reopened.vectors.count(MODEL), reopened.counts(MODEL).embedded) == (2, 0)
    reopened.vectors.mark_removed(MODEL, [one.id])
    assert reopened.vectors.to_remove(MODEL, 5) == []
    assert (reopened.vectors.count(MODEL), reopened.vectors.models()) == (0, [])
    reopened.close()


def test_a_chunk_that_reappears_is_pending_and_its_removal_is_cancelled(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    catalog.remove_files(["a.py"])
    put(catalog, "a.py", one)
    assert catalog.vectors.to_remove(MODEL, 5) == []
    assert pending(catalog) == [one.id]
    assert catalog.vectors.count(MODEL) == 2, "the store has them until they are replaced"
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    assert (catalog.vectors.count(MODEL), pending(catalog)) == (2, [])


def test_a_chunk_that_reappears_during_its_removal_is_embedded_again(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    catalog.remove_files(["a.py"])
    put(catalog, "a.py", one)
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    catalog.vectors.mark_removed(MODEL, [one.id])
    assert pending(catalog) == [one.id]
    assert catalog.vectors.count(MODEL) == 0


def test_vectors_of_a_chunk_that_vanished_meanwhile_should_be_removed(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    assert pending(catalog) == [one.id]
    catalog.remove_files(["a.py"])
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    assert catalog.vectors.to_remove(MODEL, 5) == [(one.id, 2)]
    assert catalog.counts(MODEL).embedded == 0


def test_a_chunk_with_fewer_windows_is_removed_and_embedded_again(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.vectors.mark_stored(MODEL, [(one, 3)])
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    assert catalog.vectors.to_remove(MODEL, 5) == [(one.id, 3)]
    catalog.vectors.mark_removed(MODEL, [one.id])
    assert pending(catalog) == [one.id]


def test_forgotten_vectors_are_all_pending_and_none_is_to_remove(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    catalog.vectors.mark_stored(MODEL, [(one, 1), (two, 1)])
    catalog.remove_files(["b.py"])
    catalog.vectors.forget(MODEL)
    assert pending(catalog) == [one.id]
    assert (catalog.vectors.to_remove(MODEL, 5), catalog.vectors.count(MODEL), catalog.vectors.models()) == ([], 0, [])


def test_a_chunk_that_moved_while_it_was_stored_becomes_stale(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    moved = replace(one, first_line=4, last_line=4)
    put(catalog, "a.py", moved)
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    assert catalog.vectors.stale(MODEL, 5) == [(moved, 2)]
    catalog.vectors.mark_fresh(MODEL, [one])
    assert catalog.vectors.stale(MODEL, 5) == [(moved, 2)], "that place is not where it is"
    catalog.vectors.mark_fresh(MODEL, [moved])
    assert catalog.vectors.stale(MODEL, 5) == []


def test_a_failed_chunk_is_not_retried_until_its_vectors_are_forgotten_or_it_is_added_again(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    assert pending(catalog) == [one.id, two.id]
    catalog.vectors.mark_failed(MODEL, {one.id: "it crashed"})
    counts = catalog.counts(MODEL)
    assert (counts.embedded, counts.failed, counts.pending) == (0, 1, 1)
    assert catalog.vectors.failed(MODEL, 5) == [(one, "it crashed")]
    assert pending(catalog) == [two.id]
    assert catalog.counts("another").pending == 2
    catalog.vectors.forget(MODEL)
    assert pending(catalog) == [one.id, two.id]
    catalog.vectors.mark_failed(MODEL, {one.id: "it crashed"})
    catalog.remove_files(["a.py"])
    put(catalog, "a.py", one)
    assert pending(catalog, one.id) == [one.id, two.id]
    assert catalog.vectors.failed(MODEL, 5) == []


def test_expected_vectors_widen_the_bounds(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    catalog.vectors.mark_stored(MODEL, [(one, 2)])
    catalog.vectors.mark_expected(MODEL, {two.id: 3, "vanished": 1})
    assert catalog.vectors.bounds(MODEL) == (2, 6)
    assert pending(catalog) == [two.id]
    assert catalog.vectors.to_remove(MODEL, 5) == [("vanished", 1)]
