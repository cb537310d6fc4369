from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.code import Chunk, Definition, FileStamp, SkippedFile, SkipReason, SourceFile
from sourcewise.errors import CatalogCorruptError, StorageError
from sourcewise.storage.catalog import Catalog, IndexCounts, KnownFile
from sourcewise.storage.chunk_filter import ChunkFilter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODEL = "mini"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index" / "catalog.sqlite"


@pytest.fixture
def catalog(path: Path) -> Iterator[Catalog]:
    catalog = Catalog(path)
    yield catalog
    catalog.close()


def source(path: str, text: str = "", mtime_ns: int = 1) -> SourceFile:
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    return SourceFile(FileStamp(path, len(text), mtime_ns), text, "python", digest)


def chunk(path: str, text: str, first_line: int = 1, **more: object) -> Chunk:
    chunk_id = hashlib.blake2b(f"{path}\0{text}".encode(), digest_size=16).hexdigest()
    values = {"position": 0, "total": 1, **more}
    return Chunk(chunk_id, path, first_line, first_line + text.count("\n"), text, "python", **values)  # type: ignore[arg-type]


def skipped(path: str, reason: SkipReason = SkipReason.BINARY, detail: str = "", mtime_ns: int = 1) -> SkippedFile:
    return SkippedFile(FileStamp(path, 10, mtime_ns), reason, detail)


def put(catalog: Catalog, path: str, *chunks: Chunk, mtime_ns: int = 1) -> None:
    catalog.replace_file(source(path, "\n".join(part.text for part in chunks), mtime_ns), chunks)


def found(catalog: Catalog, *terms: str) -> list[str]:
    return [chunk_id for chunk_id, _ in catalog.search_words(terms, 10)]


# --- files and chunks -------------------------------------------------------------------------------------


def test_a_file_and_its_chunks_come_back_as_they_went_in(catalog: Catalog) -> None:
    definition = Definition("load", "method", 2, 3, ("Store",), "def load(self) -> str", "Read it.")
    first = chunk("a.py", "class Store:\n", symbol="Store", kind="class", position=0, total=2)
    second = chunk("a.py", "def load(self): ...", 2, position=1, total=2, definitions=(definition, definition))
    put(catalog, "a.py", first, second)
    assert catalog.chunks_of("a.py") == (first, second)
    assert catalog.chunks([second.id, "nowhere", first.id]) == {second.id: second, first.id: first}
    assert set(catalog.chunk_ids()) == {first.id, second.id}
    file = source("a.py", first.text + "\n" + second.text)
    assert catalog.known_files() == {"a.py": KnownFile(file.stamp.size, 1, file.digest, None)}


def test_what_is_stored_is_there_after_reopening(path: Path) -> None:
    first = Catalog(path)
    put(first, "a.py", chunk("a.py", "x = 1"))
    first.set_meta("folder", "/somewhere")
    first.close()
    second = Catalog(path)
    assert second.chunks_of("a.py") == (chunk("a.py", "x = 1"),)
    assert (second.get_meta("folder"), second.get_meta("other")) == ("/somewhere", None)
    second.close()


def test_any_number_of_chunks_can_be_asked_for(catalog: Catalog) -> None:
    chunks = [chunk("a.py", f"x{n} = {n}", n + 1, position=n, total=2000) for n in range(2000)]
    put(catalog, "a.py", *chunks)
    ids = [part.id for part in chunks] + [f"{n:032x}" for n in range(40_000)]
    assert list(catalog.chunks(ids)) == [part.id for part in chunks]


def test_a_replaced_file_has_only_its_new_chunks(catalog: Catalog) -> None:
    kept, gone, new = (chunk("a.py", text) for text in ("kept = 1", "gone = 1", "fresh = 1"))
    put(catalog, "a.py", kept, gone)
    put(catalog, "a.py", new, replace(kept, first_line=9, last_line=9, position=1, total=2))
    assert [(part.text, part.first_line) for part in catalog.chunks_of("a.py")] == [("fresh = 1", 1), ("kept = 1", 9)]
    assert found(catalog, "gone") == []
    assert found(catalog, "fresh") == [new.id]
    assert found(catalog, "kept") == [kept.id]


def test_definitions_of_a_kept_chunk_follow_its_lines(catalog: Catalog) -> None:
    body = chunk("a.py", "def f(): ...", definitions=(Definition("f", "function", 1, 1),))
    put(catalog, "a.py", body)
    moved = replace(body, first_line=5, last_line=5, definitions=(Definition("f", "function", 5, 5),))
    put(catalog, "a.py", moved)
    assert [place.definition.first_line for place in catalog.find_definitions(["f"], 9)] == [5]


def test_a_replacement_that_fails_changes_nothing(catalog: Catalog) -> None:
    old = chunk("a.py", "old = 1")
    put(catalog, "a.py", old)
    twice = chunk("a.py", "twice = 1")
    with pytest.raises(sqlite3.IntegrityError):
        put(catalog, "a.py", chunk("a.py", "new = 1"), twice, twice, mtime_ns=2)
    assert catalog.chunks_of("a.py") == (old,)
    assert catalog.known_files()["a.py"].mtime_ns == 1
    assert found(catalog, "old") == [old.id]
    assert found(catalog, "new") == []


def test_removed_files_leave_nothing_behind(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "alpha", definitions=(Definition("alpha", "function", 1, 1),)))
    put(catalog, "b.py", chunk("b.py", "beta"))
    catalog.remove_files(["a.py", "never.py"])
    assert list(catalog.known_files()) == ["b.py"]
    assert found(catalog, "alpha") == []
    assert catalog.find_definitions(["alpha"], 9) == []
    assert catalog.counts(MODEL) == IndexCounts(1, 1, 0, 0)


def test_a_new_time_of_change_is_recorded(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "x"))
    catalog.restamp([FileStamp("a.py", 1, 77)])
    assert catalog.known_files()["a.py"].mtime_ns == 77
    assert len(catalog.chunks_of("a.py")) == 1


# --- skipped files ----------------------------------------------------------------------------------------


def test_an_indexed_file_can_become_skipped_and_come_back(catalog: Catalog) -> None:
    body = chunk("a.py", "alpha")
    put(catalog, "a.py", body)
    catalog.record_skipped([skipped("a.py", SkipReason.SECRET, "AWS key in line 3")])
    assert catalog.chunks_of("a.py") == ()
    assert found(catalog, "alpha") == []
    assert catalog.skipped_files() == [skipped("a.py", SkipReason.SECRET, "AWS key in line 3")]
    assert catalog.known_files()["a.py"].reason is SkipReason.SECRET
    put(catalog, "a.py", body)
    assert catalog.skipped_files() == []
    assert found(catalog, "alpha") == [body.id]


def test_scan_skips_are_replaced_as_a_whole_and_content_skips_stay(catalog: Catalog) -> None:
    catalog.record_skipped([skipped("binary.py")])
    catalog.replace_scan_skips([skipped("a.log", SkipReason.IGNORED), skipped("big.py", SkipReason.TOO_LARGE)])
    catalog.replace_scan_skips([skipped("big.py", SkipReason.TOO_LARGE), skipped("link", SkipReason.SYMLINK)])
    assert [file.path for file in catalog.skipped_files()] == ["big.py", "binary.py", "link"]
    assert list(catalog.known_files()) == ["binary.py"]
    assert catalog.skip_counts() == {SkipReason.BINARY: 1, SkipReason.SYMLINK: 1, SkipReason.TOO_LARGE: 1}


def test_an_indexed_file_that_a_scan_skips_loses_its_chunks_and_stays_recorded(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "alpha"))
    catalog.replace_scan_skips([skipped("a.py", SkipReason.IGNORED)])
    catalog.remove_files(["a.py"])
    assert found(catalog, "alpha") == []
    assert [file.path for file in catalog.skipped_files()] == ["a.py"]


def test_an_unchanged_scan_writes_nothing(catalog: Catalog, path: Path) -> None:
    snapshot = [
        skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:3)"),
        skipped("caf\udce9", SkipReason.UNREADABLE),
    ]
    catalog.replace_scan_skips(snapshot)
    observer = sqlite3.connect(path)
    before = observer.execute("PRAGMA data_version").fetchone()
    catalog.replace_scan_skips(snapshot)
    assert observer.execute("PRAGMA data_version").fetchone() == before
    catalog.replace_scan_skips(snapshot[:1])
    assert observer.execute("PRAGMA data_version").fetchone() != before
    observer.close()


def test_a_part_of_the_folder_has_its_own_files_and_skips(catalog: Catalog) -> None:
    for path in ("src/a.py", "src.py", "src-old/a.py", "b.py"):
        put(catalog, path, chunk(path, "alpha"))
    catalog.replace_scan_skips(
        [skipped(path, SkipReason.IGNORED) for path in ("src/out/", "src/x.log", "lib/", "x.log")]
    )
    assert sorted(catalog.known_files(["src", "b.py", "never"])) == ["b.py", "src/a.py"]
    assert catalog.known_files([]) == {}
    catalog.replace_scan_skips([skipped("src/new.log", SkipReason.IGNORED)], ["src", "lib"])
    assert [file.path for file in catalog.skipped_files()] == ["src/new.log", "x.log"]


def test_a_skipped_file_that_only_grew_writes_nothing(catalog: Catalog, path: Path) -> None:
    catalog.replace_scan_skips([skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:3)")])
    observer = sqlite3.connect(path)
    before = observer.execute("PRAGMA data_version").fetchone()
    catalog.replace_scan_skips([skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:3)", mtime_ns=2)])
    assert observer.execute("PRAGMA data_version").fetchone() == before
    catalog.replace_scan_skips([skipped("a.log", SkipReason.IGNORED, "*.log (.gitignore:4)", mtime_ns=2)])
    assert observer.execute("PRAGMA data_version").fetchone() != before
    observer.close()


def test_many_files_are_removed_at_once(catalog: Catalog) -> None:
    paths = [f"{number}.py" for number in range(300)]
    for name in paths:
        put(catalog, name, chunk(name, f"alpha {name} " * 20))
    catalog.remove_files(paths[1:])
    assert list(catalog.known_files()) == ["0.py"]
    assert len(found(catalog, "alpha")) == 1


def test_a_file_name_that_is_no_text_is_recorded_readably(catalog: Catalog) -> None:
    catalog.replace_scan_skips([skipped("caf\udce9.py", SkipReason.UNREADABLE)])
    assert [file.path for file in catalog.skipped_files()] == [r"caf\udce9.py"]


# --- search -----------------------------------------------------------------------------------------------


def test_parts_of_identifiers_and_inflections_are_found(catalog: Catalog) -> None:
    body = chunk("net/http_client.py", "def parseResponseHeaders(): ...")
    put(catalog, body.path, body)
    for term in ("response", "header", "parsing", "parseresponseheaders", "client", "http_client"):
        assert found(catalog, term) == [body.id], term
    assert found(catalog, "request") == []


def test_a_hit_in_the_symbol_ranks_above_hits_in_the_body(catalog: Catalog) -> None:
    body = chunk("a.py", "token token token other words here")
    symbol = chunk("b.py", "other words here and some more of them", symbol="token")
    put(catalog, "a.py", body)
    put(catalog, "b.py", symbol)
    hits = catalog.search_words(["token"], 10)
    assert [chunk_id for chunk_id, _ in hits] == [symbol.id, body.id]
    assert hits[0][1] > hits[1][1] > 0


def test_rare_words_decide_where_common_ones_are_everywhere(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.storage.keyword_index._SCORED_CHUNKS", 3)
    parts = [chunk("a.py", f"self value{n} " + ("zebra" if n < 2 else "horse"), position=n, total=9) for n in range(9)]
    best = chunk("b.py", "self zebra")
    put(catalog, "a.py", *parts)
    put(catalog, "b.py", best)
    assert catalog.search_words(["self", "unknown", "zebra"], 1)[0][0] == best.id
    assert set(found(catalog, "self", "zebra")) >= {best.id, parts[0].id, parts[1].id}
    assert len(found(catalog, "self", "zebra")) == 10
    assert len(found(catalog, "self")) == 10
    assert len(found(catalog, "unknown", "self")) == 10


def test_more_terms_rank_higher_and_the_limit_holds(catalog: Catalog) -> None:
    for name, text in (("a", "alpha"), ("b", "alpha beta"), ("c", "gamma"), ("d", "delta")):
        put(catalog, name, chunk(name, text))
    assert found(catalog, "alpha", "beta")[0] == chunk("b", "alpha beta").id
    assert len(catalog.search_words(["alpha", "gamma", "delta"], 2)) == 2


@pytest.mark.parametrize(
    "term",
    [
        '"',
        '""',
        "'",
        "*",
        "a*",
        "NEAR(a b)",
        "OR",
        "AND NOT",
        "body:alpha",
        "(",
        ")",
        "^alp",
        "-",
        "",
        "\0",
        "a\0b",
        "💥",
    ],
)
def test_no_term_is_taken_for_query_syntax(catalog: Catalog, term: str) -> None:
    body = chunk("z.py", "alpha")
    put(catalog, "z.py", body)
    assert catalog.search_words([term], 5) == []
    assert found(catalog, term, "alpha") == [body.id]


def test_rarity_is_how_much_a_word_tells(catalog: Catalog) -> None:
    put(catalog, "a.py", *(chunk("a.py", f"self value{n}", position=n, total=9) for n in range(9)))
    put(catalog, "b.py", chunk("b.py", "self zebra"))
    told = catalog.rarity(["self", "zebra", "unknown", '"', "zebras"])
    assert told["zebra"] == told["zebras"] > told["self"] > 0.0
    assert told["unknown"] == told['"'] == 0.0


def test_rarity_of_common_words_is_judged_without_counting_them_all(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(catalog, "a.py", *(chunk("a.py", f"self v{n} {'half' * (n % 2)}", position=n, total=200) for n in range(200)))
    counted = catalog.rarity(["self", "half"])
    monkeypatch.setattr("sourcewise.storage.keyword_index._COUNTED_CHUNKS", 20)
    judged = catalog.rarity(["self", "half"])
    assert judged == pytest.approx(counted, abs=0.2)


def test_the_commonest_words_do_not_count_where_there_are_rarer_ones(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sourcewise.storage.keyword_index._SCORED_CHUNKS", 2)
    monkeypatch.setattr("sourcewise.storage.keyword_index._WEIGHED_CHUNKS", 8)
    put(catalog, "a.py", *(chunk("a.py", f"self value{n}", position=n, total=20) for n in range(20)))
    put(catalog, "b.py", *(chunk("b.py", f"zebra number{n}", position=n, total=4) for n in range(4)))
    hits = catalog.search_words(["self", "zebra", "number3"], 1)
    assert len(hits) == 1
    assert len(catalog.search_words(["self", "zebra", "number3"], 2)) == 2
    assert len(catalog.search_words(["self"], 30)) == 20


def test_a_sketch_has_the_path_and_the_names_of_a_chunk(catalog: Catalog) -> None:
    definitions = (Definition("größe", "function", 1, 1), Definition("Other", "class", 1, 1))
    body = chunk("a/b.py", "text", definitions=definitions)
    put(catalog, body.path, body)
    assert catalog.chunk_metadata([body.id, "gone"]) == {body.id: ("a/b.py", ("größe", "Other"))}
    assert catalog.chunk_metadata([]) == {}


@pytest.mark.parametrize(
    "written",
    ["pkg/net/http.py", "net/http.py", "http.py", "/usr/lib/site-packages/pkg/net/http.py", "C:/x/net/http.py"],
)
def test_chunks_are_found_at_a_line_of_a_file_by_any_end_of_its_path(catalog: Catalog, written: str) -> None:
    first, second = chunk("pkg/net/http.py", "a\nb\nc"), chunk("pkg/net/http.py", "d\ne", first_line=4, position=1)
    put(catalog, "pkg/net/http.py", first, second)
    put(catalog, "pkg/xhttp.py", chunk("pkg/xhttp.py", "x"))
    assert catalog.chunks_at(written, 4, 10) == [second.id]
    assert catalog.chunks_at(written, None, 10) == [first.id, second.id]
    assert catalog.chunks_at(written, None, 1) == [first.id]
    assert catalog.chunks_at(written, 99, 10) == []
    assert catalog.chunks_at("other.py", 1, 10) == catalog.chunks_at("", 1, 10) == []


def test_no_terms_find_nothing(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "alpha"))
    assert catalog.search_words([], 5) == []


@pytest.mark.parametrize(
    "name", ["Load", "load", "Store.load", "store.LOAD", "pkg.Store.load", "Store::load", "Store#load"]
)
def test_a_definition_is_found_by_any_of_its_names(catalog: Catalog, name: str) -> None:
    definition = Definition("load", "method", 1, 1, ("pkg", "Store"), "def load()")
    body = chunk("a.py", "def load(): ...", definitions=(definition,))
    put(catalog, "a.py", body)
    assert catalog.find_definitions([name], 5) == [(body.id, "a.py", definition)]


@pytest.mark.parametrize("name", ["loa", "re.load", "Other.load", "tore.load", "", ".", "load.Store"])
def test_a_definition_is_not_found_by_other_names(catalog: Catalog, name: str) -> None:
    put(catalog, "a.py", chunk("a.py", "x", definitions=(Definition("load", "method", 1, 1, ("pkg", "Store")),)))
    assert catalog.find_definitions([name], 5) == []


def test_a_heading_with_a_dot_is_found(catalog: Catalog) -> None:
    put(catalog, "a.md", chunk("a.md", "# 3.1 Setup", definitions=(Definition("3.1 Setup", "section", 1, 1),)))
    assert len(catalog.find_definitions(["3.1 setup"], 5)) == 1


def test_definitions_in_the_very_case_come_first_and_the_limit_holds(catalog: Catalog) -> None:
    for path, name in (("a.py", "store"), ("b.py", "Store"), ("c.py", "STORE")):
        put(catalog, path, chunk(path, name, definitions=(Definition(name, "class", 1, 1),)))
    assert [place.definition.name for place in catalog.find_definitions(["Store"], 2)] == ["Store", "store"]


# --- vectors ----------------------------------------------------------------------------------------------


def pending(catalog: Catalog, *first: str) -> list[str]:
    return [part.id for part in catalog.pending_vectors(MODEL, 10, first)]


def test_every_new_chunk_is_pending_until_its_vectors_are_stored(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    assert pending(catalog) == [one.id]
    put(catalog, "b.py", two)
    assert pending(catalog) == [one.id, two.id]
    catalog.mark_vectors_stored(MODEL, [(one, 3)])
    assert pending(catalog) == [two.id]
    assert catalog.counts(MODEL) == IndexCounts(2, 2, 1, 0)
    assert (catalog.count_vectors(MODEL), catalog.models()) == (3, [MODEL])


def test_urgent_chunks_come_first(catalog: Catalog) -> None:
    parts = [chunk("a.py", f"x{n}", position=n, total=5) for n in range(5)]
    put(catalog, "a.py", *parts)
    catalog.mark_vectors_stored(MODEL, [(parts[4], 1)])
    ids = [part.id for part in parts]
    assert pending(catalog, ids[4], ids[3], "nowhere", ids[1]) == [ids[3], ids[1], ids[0], ids[2]]
    assert [part.id for part in catalog.pending_vectors(MODEL, 2, [ids[3]])] == [ids[3], ids[0]]


def test_models_are_accounted_apart(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.mark_vectors_stored("other", [(one, 2)])
    assert pending(catalog) == [one.id]
    assert catalog.models() == ["other"]
    assert (catalog.counts("other").embedded, catalog.counts(MODEL).embedded) == (1, 0)


def test_a_moved_chunk_keeps_its_vectors_and_owes_its_place(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    put(catalog, "a.py", one)
    assert catalog.stale_metadata(MODEL, 5) == []
    moved = replace(one, first_line=4, last_line=4)
    put(catalog, "a.py", moved)
    assert pending(catalog) == []
    assert catalog.stale_metadata(MODEL, 5) == [(moved, 2)]
    catalog.mark_metadata_fresh(MODEL, [moved])
    assert catalog.stale_metadata(MODEL, 5) == []
    assert catalog.counts(MODEL).embedded == 1


@pytest.mark.parametrize("way", ["remove", "skip", "scan", "replace"])
def test_vectors_of_a_chunk_that_goes_are_to_be_removed(catalog: Catalog, path: Path, way: str) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    if way == "remove":
        catalog.remove_files(["a.py"])
    elif way == "skip":
        catalog.record_skipped([skipped("a.py")])
    elif way == "scan":
        catalog.replace_scan_skips([skipped("a.py", SkipReason.IGNORED)])
    else:
        put(catalog, "a.py")
    reopened = Catalog(path)
    assert reopened.vectors_to_remove(MODEL, 5) == [(one.id, 2)]
    assert (reopened.count_vectors(MODEL), reopened.counts(MODEL).embedded) == (2, 0)
    reopened.mark_vectors_removed(MODEL, [one.id])
    assert reopened.vectors_to_remove(MODEL, 5) == []
    assert (reopened.count_vectors(MODEL), reopened.models()) == (0, [])
    reopened.close()


def test_a_chunk_that_comes_back_is_pending_and_no_longer_to_be_removed(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    catalog.remove_files(["a.py"])
    put(catalog, "a.py", one)
    assert catalog.vectors_to_remove(MODEL, 5) == []
    assert pending(catalog) == [one.id]
    assert catalog.count_vectors(MODEL) == 2, "the store has them until they are replaced"
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    assert (catalog.count_vectors(MODEL), pending(catalog)) == (2, [])


def test_a_chunk_that_comes_back_during_its_removal_is_embedded_again(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    catalog.remove_files(["a.py"])
    put(catalog, "a.py", one)
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    catalog.mark_vectors_removed(MODEL, [one.id])
    assert pending(catalog) == [one.id]
    assert catalog.count_vectors(MODEL) == 0


def test_vectors_of_a_chunk_that_vanished_meanwhile_are_to_be_removed(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    assert pending(catalog) == [one.id]
    catalog.remove_files(["a.py"])
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    assert catalog.vectors_to_remove(MODEL, 5) == [(one.id, 2)]
    assert catalog.counts(MODEL).embedded == 0


def test_fewer_windows_than_before_are_all_removed_and_made_again(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    catalog.mark_vectors_stored(MODEL, [(one, 3)])
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    assert catalog.vectors_to_remove(MODEL, 5) == [(one.id, 3)]
    catalog.mark_vectors_removed(MODEL, [one.id])
    assert pending(catalog) == [one.id]


def test_forgotten_vectors_are_all_pending_and_owe_nothing(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    catalog.mark_vectors_stored(MODEL, [(one, 1), (two, 1)])
    catalog.remove_files(["b.py"])
    catalog.forget_vectors(MODEL)
    assert pending(catalog) == [one.id]
    assert (catalog.vectors_to_remove(MODEL, 5), catalog.count_vectors(MODEL), catalog.models()) == ([], 0, [])


def test_a_chunk_that_moved_since_it_was_handed_out_owes_its_place(catalog: Catalog) -> None:
    one = chunk("a.py", "one")
    put(catalog, "a.py", one)
    moved = replace(one, first_line=4, last_line=4)
    put(catalog, "a.py", moved)
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    assert catalog.stale_metadata(MODEL, 5) == [(moved, 2)]
    catalog.mark_metadata_fresh(MODEL, [one])
    assert catalog.stale_metadata(MODEL, 5) == [(moved, 2)], "that place is not where it is"
    catalog.mark_metadata_fresh(MODEL, [moved])
    assert catalog.stale_metadata(MODEL, 5) == []


def test_a_chunk_that_failed_is_settled_until_its_vectors_are_forgotten_or_it_comes_anew(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    assert pending(catalog) == [one.id, two.id]
    catalog.mark_vectors_failed(MODEL, {one.id: "it crashed"})
    counts = catalog.counts(MODEL)
    assert (counts.embedded, counts.failed, counts.pending) == (0, 1, 1)
    assert catalog.failed_vectors(MODEL, 5) == [(one, "it crashed")]
    assert pending(catalog) == [two.id]
    assert catalog.counts("another").pending == 2
    catalog.forget_vectors(MODEL)
    assert pending(catalog) == [one.id, two.id]
    catalog.mark_vectors_failed(MODEL, {one.id: "it crashed"})
    catalog.remove_files(["a.py"])
    put(catalog, "a.py", one)
    assert pending(catalog, one.id) == [one.id, two.id]
    assert catalog.failed_vectors(MODEL, 5) == []


def test_a_model_serves_though_some_chunks_fail(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    catalog.mark_vectors_stored(MODEL, [(one, 1)])
    catalog.mark_vectors_failed(MODEL, {two.id: "it crashed"})
    assert catalog.serving_model(MODEL) == (MODEL, IndexCounts(2, 2, 1, 0, 1))


def test_vectors_that_are_coming_may_be_in_the_store_and_need_not(catalog: Catalog) -> None:
    one, two = chunk("a.py", "one"), chunk("b.py", "two")
    put(catalog, "a.py", one)
    put(catalog, "b.py", two)
    catalog.mark_vectors_stored(MODEL, [(one, 2)])
    catalog.mark_vectors_coming(MODEL, {two.id: 3, "vanished": 1})
    assert catalog.vector_bounds(MODEL) == (2, 6)
    assert pending(catalog) == [two.id]
    assert catalog.vectors_to_remove(MODEL, 5) == [("vanished", 1)]


def test_what_is_counted_is_what_is_there(catalog: Catalog) -> None:
    chance = random.Random(7)
    texts = [f"text{n}" for n in range(6)]
    for _ in range(300):
        path, parts = f"{chance.randrange(8)}.py", chance.sample(texts, chance.randrange(5))
        match chance.randrange(8):
            case 0:
                catalog.remove_files([path])
            case 1:
                catalog.record_skipped([skipped(path, chance.choice([SkipReason.BINARY, SkipReason.TOO_LARGE]))])
            case 2:
                catalog.replace_scan_skips([skipped(f"{chance.randrange(8)}.bin", SkipReason.IGNORED)])
            case 3:
                some = catalog.pending_vectors(MODEL, 3)
                catalog.mark_vectors_coming(MODEL, {part.id: 2 for part in some})
                catalog.mark_vectors_stored(MODEL, [(part, 2) for part in some])
            case 4:
                catalog.mark_vectors_failed(MODEL, {part.id: "no" for part in catalog.pending_vectors(MODEL, 1)})
            case 5:
                catalog.mark_vectors_removed(MODEL, [gone for gone, _ in catalog.vectors_to_remove(MODEL, 3)])
            case _:
                put(catalog, path, *(chunk(path, text, position=n) for n, text in enumerate(parts)))
        _check_totals(catalog)


def _check_totals(catalog: Catalog) -> None:
    with catalog._database.read() as connection:
        counted = connection.execute("SELECT subject, detail, number FROM totals WHERE number <> 0").fetchall()
        there = connection.execute(
            """SELECT 'files', coalesce(reason, '') AS why, count(*) FROM files GROUP BY why
                UNION ALL SELECT * FROM (SELECT 'chunks', '', count(*) AS chunks FROM chunks) WHERE chunks"""
        ).fetchall()
        assert sorted(counted) == sorted(there)
        counted = connection.execute("SELECT * FROM vector_totals WHERE chunks <> 0 ORDER BY model, state").fetchall()
        there = connection.execute(
            """SELECT model, state, count(*), sum(windows), sum(characters) FROM vectors
                GROUP BY model, state ORDER BY model, state"""
        ).fetchall()
        assert counted == there


# --- threads and disasters --------------------------------------------------------------------------------


def test_many_threads_read_while_one_writes(catalog: Catalog) -> None:
    failures: list[BaseException] = []
    written = threading.Event()

    def read() -> None:
        try:
            while not written.is_set():
                for hit in found(catalog, "shared"):
                    assert catalog.chunks([hit]) is not None
                catalog.counts(MODEL)
                catalog.pending_vectors(MODEL, 5)
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(60):
        put(catalog, f"{n % 20}.py", chunk(f"{n % 20}.py", f"shared text{n}"))
    written.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert catalog.counts(MODEL).files == 20


def test_a_full_disk_loses_nothing_and_is_told(path: Path) -> None:
    catalog = Catalog(path)
    kept = chunk("a.py", "kept")
    put(catalog, "a.py", kept)
    limit = sqlite3.Connection.execute
    with catalog._database.write() as connection:
        pages = limit(connection, "PRAGMA page_count").fetchone()[0]
    limit(catalog._database._writer, f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageError, match="is full") as caught:
        put(catalog, "b.py", *(chunk("b.py", f"{n} {os.urandom(3000).hex()}") for n in range(50)))
    assert "nothing that was stored is lost" in caught.value.hint
    assert not isinstance(caught.value, CatalogCorruptError)
    assert list(catalog.known_files()) == ["a.py"]
    limit(catalog._database._writer, "PRAGMA max_page_count = 100000")
    put(catalog, "b.py", chunk("b.py", "now there is room"))
    assert len(catalog.known_files()) == 2
    catalog.verify()
    catalog.close()


def test_a_read_only_database_is_told(catalog: Catalog) -> None:
    catalog._database._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(StorageError, match="cannot be written"):
        put(catalog, "a.py", chunk("a.py", "x"))


def test_a_place_that_cannot_exist_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be opened"):
        Catalog(tmp_path / "file" / "catalog.sqlite")


def test_use_after_closing_is_told(path: Path) -> None:
    catalog = Catalog(path)
    catalog.close()
    with pytest.raises(StorageError, match="closed"):
        catalog.known_files()


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read as one" * 50, os.urandom(9000)])
def test_a_file_that_is_no_database_is_corrupt(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(CatalogCorruptError):
        Catalog(path)


@pytest.mark.parametrize("statement", ["PRAGMA user_version = 99", "DROP TABLE chunks", "DROP TABLE words"])
def test_a_database_of_another_version_is_corrupt(path: Path, statement: str) -> None:
    Catalog(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    with pytest.raises(CatalogCorruptError):
        Catalog(path)


def test_a_foreign_database_is_corrupt(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(CatalogCorruptError):
        Catalog(path)


@pytest.mark.parametrize("damage", ["cut", "scrambled"])
def test_damage_inside_is_found_when_it_is_met(path: Path, damage: str) -> None:
    catalog = Catalog(path)
    for n in range(100):
        put(catalog, f"{n}.py", chunk(f"{n}.py", f"word{n} " * 100))
    catalog.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        if damage == "cut":
            file.truncate(size // 2 // 4096 * 4096)
        else:
            file.seek(8192)
            file.write(os.urandom(size - 8192))
    with pytest.raises(CatalogCorruptError):
        _use_everything(path)


def _use_everything(path: Path) -> None:
    catalog = Catalog(path)
    try:
        catalog.verify()
    finally:
        catalog.close()


# --- scope ------------------------------------------------------------------------------------------------


@pytest.fixture
def scattered(catalog: Catalog) -> Catalog:
    """Return a catalog with the same word and name in several folders."""
    for path in ("src/a.py", "src/io/b.py", "src2/c.py", "src.py", "docs/100%_d.py"):
        put(
            catalog,
            path,
            chunk(path, f"def load(): ...  # shared {path}", definitions=(Definition("load", "function", 1, 1),)),
        )
    catalog.record_skipped([skipped("logs/x.log")])
    return catalog


def test_the_limit_counts_what_passes_only(catalog: Catalog) -> None:
    for number in range(50):
        put(catalog, f"many/{number}.py", chunk(f"many/{number}.py", "needle needle needle"))
    put(catalog, "few/one.py", chunk("few/one.py", "a long text in which there is one needle somewhere"))
    assert len(catalog.search_words(["needle"], 1, ChunkFilter(("few/",)))) == 1


def test_paths_of_which_nothing_is_indexed_are_known(scattered: Catalog) -> None:
    asked = ["src/", "src/a.py", "sr", "logs/", "logs/x.log", "src/a.py/x", ""]
    assert scattered.unknown_paths(asked) == ["sr", "logs/", "logs/x.log", "src/a.py/x", ""]


def test_the_indexed_files_among_paths_are_known(scattered: Catalog) -> None:
    assert set(scattered.indexed_files(["src/io/", "src.py", "logs/", "gone.py"])) == {"src.py", "src/io/b.py"}
    assert scattered.indexed_files([]) == []
    assert scattered.indexed_files(["no\udcfftext.py"]) == []


def test_languages_and_kinds_are_those_that_are_left_the_most_frequent_first(catalog: Catalog) -> None:
    assert (catalog.languages(), catalog.kinds()) == ([], [])
    functions = [Definition(name, "function", 1, 1) for name in ("load", "save")]
    put(catalog, "a.py", chunk("a.py", "def load(): ...", kind="function", definitions=tuple(functions)))
    for path in ("a.go", "b.go"):
        catalog.replace_file(replace(source(path), language="go"), [replace(chunk(path, path), kind="struct")])
    catalog.record_skipped([skipped("logs/x.log")])
    assert catalog.languages() == ["go", "python"]
    assert catalog.kinds() == ["function", "struct"]
    catalog.remove_files(["a.go", "b.go"])
    assert (catalog.languages(), catalog.kinds()) == (["python"], ["function"])


def test_the_fullest_model_serves_until_the_wanted_one_is_complete(scattered: Catalog) -> None:
    assert scattered.serving_model("new")[0] is None
    everything = scattered.pending_vectors("old", 100)
    scattered.mark_vectors_stored("old", [(part, 1) for part in everything])
    first, *rest = scattered.pending_vectors("new", 100)
    scattered.mark_vectors_stored("new", [(first, 1)])
    assert scattered.serving_model("new") == ("old", scattered.counts("old"))
    scattered.mark_vectors_stored("new", [(part, 1) for part in rest])
    assert scattered.serving_model("new") == ("new", scattered.counts("new"))
