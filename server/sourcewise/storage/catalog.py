"""The catalog: every file, chunk, definition and word of a folder, and which vectors should exist.

Hides SQLite's tables, the full-text index, and how all of it stays true together: what belongs together is written in
one transaction, and what the vector store still owes is written down with the change that caused it.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from sourcewise.domain.code import SkipReason
from sourcewise.errors import CatalogCorruptError
from sourcewise.storage import catalog_rows, keyword_index, vector_ledger
from sourcewise.storage.catalog_schema import SCHEMA, VectorState
from sourcewise.storage.chunk_filter import ANY_CHUNK
from sourcewise.storage.database import Database
from sourcewise.storage.file_summary_vectors import FileSummaryVectors
from sourcewise.storage.vector_ledger import VectorLedger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path
    from sqlite3 import Connection

    from sourcewise.domain.code import Chunk, FileStamp, SkippedFile, SourceFile
    from sourcewise.storage.catalog_rows import DefinitionPlace
    from sourcewise.storage.chunk_filter import ChunkFilter

Item = TypeVar("Item")

# How long one transaction may keep other writers waiting, and how long they then have to come in.
_TURN_SECONDS = 0.03
_PAUSE_SECONDS = 0.001


class KnownFile(NamedTuple):
    """What the catalog knows of a file that was read; `reason` is None where it is indexed."""

    size: int
    mtime_ns: int
    digest: str
    reason: SkipReason | None


class IndexCounts(NamedTuple):
    """How much there is: indexed files, their chunks, skipped files.

    Attributes:
        embedded: chunks that have vectors of a model; `failed` ones will never have, since the model breaks on them.
    """

    files: int
    chunks: int
    embedded: int
    skipped: int
    failed: int = 0

    @property
    def pending(self) -> int:
        """Chunks that are to be embedded."""
        return self.chunks - self.embedded - self.failed


class PendingWork(NamedTuple):
    """What is to be embedded: how many chunks, of how many characters."""

    chunks: int
    characters: int


class Catalog:
    """One folder's catalog. Thread-safe.

    Attributes:
        synopses: what each file is about, as vectors.

    Every method raises StorageError when the disk fails it and CatalogCorruptError when the database is damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the database at this path, or create it with its folder.

        Args:
            path: of the file.
            read_only: write nothing to it, not even to open it; see Database.

        Raises:
            CatalogCorruptError: it is damaged, foreign, or of another version.
            StorageError: it cannot be opened or written.
        """
        self._database = Database(path, SCHEMA, CatalogCorruptError, read_only=read_only)
        self._ledger = VectorLedger(self._database)
        self.synopses = FileSummaryVectors(self._database)

    def verify(self) -> None:
        """Read the whole database and raise CatalogCorruptError if any of it is damaged; may take seconds."""
        self._database.verify()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    # --- files --------------------------------------------------------------------------------------------

    def known_files(self, within: Sequence[str] | None = None) -> dict[str, KnownFile]:
        """Return every file that was read, indexed or skipped for its content; what scans skip is not among them.

        Args:
            within: files and folders to stay in; None means all.
        """
        reasons: dict[str | None, SkipReason | None] = {None: None, **{reason.value: reason for reason in SkipReason}}
        with self._database.read() as connection:
            return {
                path: KnownFile(size, mtime_ns, digest, reasons[reason])
                for path, size, mtime_ns, digest, reason in catalog_rows.read_rows(connection, within)
            }

    def replace_file(self, file: SourceFile, chunks: Sequence[Chunk], note: str = "") -> None:
        """Make this file indexed with exactly these chunks.

        A chunk that is there already, by its id, keeps its words and vectors and takes the new lines and place.

        Args:
            file: the file as it was read.
            chunks: all of its chunks, in order.
            note: what a person should know about how it is indexed, as a sentence.
        """
        with self._database.write() as connection:
            catalog_rows.replace_chunks(connection, catalog_rows.upsert_file(connection, file, note), chunks)

    def notes(self) -> dict[str, str]:
        """Return the notes on indexed files by path, see `replace_file`."""
        with self._database.read() as connection:
            return dict(catalog_rows.note_rows(connection))

    def record_skipped(self, skipped: Sequence[SkippedFile]) -> None:
        """Record files that reading kept out; those that were indexed lose their chunks."""
        if skipped:
            with self._database.write() as connection:
                catalog_rows.upsert_skipped(connection, list(map(catalog_rows.skipped_row, skipped)), from_scan=False)

    def replace_scan_skips(self, skipped: Sequence[SkippedFile], within: Sequence[str] | None = None) -> None:
        """Record all that the last scan kept out, in place of what the scan before it did.

        Files skipped for their content are left alone. Nothing is written where rule and detail are the same: that an
        ignored file grows is no news.

        Args:
            skipped: what was kept out.
            within: files and folders that the scan stayed in; None means all.
        """
        new = {row[0]: row for row in map(catalog_rows.skipped_row, skipped)}
        with self._database.read() as connection:
            old = {row[0]: row[3:] for row in catalog_rows.scan_skip_rows(connection, within)}
        changed = [row for path, row in new.items() if old.get(path) != row[3:]]
        self._write_in_turns(sorted(old.keys() - new.keys()), catalog_rows.remove_scan_skip)
        self._write_in_turns(changed, catalog_rows.upsert_scan_skip)

    def restamp(self, stamps: Sequence[FileStamp]) -> None:
        """Record that files have the same content but another size or time of change."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?",
                [(stamp.size, stamp.mtime_ns, stamp.path) for stamp in stamps],
            )

    def remove_files(self, paths: Sequence[str]) -> None:
        """Forget files that were read, with their chunks; what the last scan skipped stays recorded."""
        self._write_in_turns(paths, catalog_rows.remove_read_file)

    def skipped_files(self) -> list[SkippedFile]:
        """Return all files that are not indexed, by path."""
        with self._database.read() as connection:
            return [catalog_rows.skipped_from(row) for row in catalog_rows.skip_rows(connection)]

    def skip_counts(self) -> dict[SkipReason, int]:
        """Return how many files are skipped for each reason that occurs."""
        query = """SELECT detail, number FROM totals WHERE subject = 'files' AND detail <> '' AND number > 0
            ORDER BY number DESC, detail"""
        with self._database.read() as connection:
            return {SkipReason(reason): count for reason, count in connection.execute(query)}

    # --- chunks -------------------------------------------------------------------------------------------

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return those of these chunks that exist, by id, in the order asked."""
        with self._database.read() as connection:
            found = {chunk.id: chunk for chunk in catalog_rows.chunks_by_id(connection, ids)}
        return {chunk_id: found[chunk_id] for chunk_id in ids if chunk_id in found}

    def chunk_metadata(self, ids: Sequence[str]) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Return the path of each of these chunks that exist, and the names of what is defined in it."""
        with self._database.read() as connection:
            return catalog_rows.chunk_metadata(connection, ids)

    def chunks_of(self, path: str) -> tuple[Chunk, ...]:
        """Return the chunks of a file in their order; none where it is not indexed."""
        with self._database.read() as connection:
            return tuple(catalog_rows.chunks_by_path(connection, path))

    def chunk_ids(self, within: ChunkFilter = ANY_CHUNK, limit: int = -1) -> list[str]:
        """Return the ids of the chunks that pass, as they are now; so many at most, unless the limit is negative."""
        with self._database.read() as connection:
            return catalog_rows.ids_passing(connection, within, limit)

    def passing(self, ids: Collection[str], within: ChunkFilter) -> frozenset[str]:
        """Return those of these chunks that exist and pass."""
        with self._database.read() as connection:
            return frozenset(catalog_rows.ids_passing_among(connection, within, ids))

    def _write_in_turns(self, items: Iterable[Item], write: Callable[[Connection, Item], None]) -> None:
        """Write what need not be stored together, in transactions so short that no other writer waits for long."""
        waiting = deque(items)
        while waiting:
            with self._database.write() as connection:
                end = time.monotonic() + _TURN_SECONDS
                while waiting and time.monotonic() < end:
                    write(connection, waiting.popleft())
            if waiting:
                time.sleep(_PAUSE_SECONDS)  # a lock that is taken again at once is not passed on

    # --- search -------------------------------------------------------------------------------------------

    def search_words(
        self, terms: Sequence[str], limit: int, within: ChunkFilter = ANY_CHUNK
    ) -> list[tuple[str, float]]:
        """Return ids of chunks that hold any of the terms, best first, with their BM25 score (positive).

        Args:
            terms: words as `words` makes them.
            limit: how many at most.
            within: what chunks to stay in.
        """
        with self._database.read() as connection:
            return catalog_rows.words_found(connection, terms, limit, within)

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Return how much each of these terms tells: its inverse document frequency, or 0 where no chunk has it."""
        with self._database.read() as connection:
            return keyword_index.rarity(connection, terms)

    def find_definitions(
        self, names: Sequence[str], limit: int, within: ChunkFilter = ANY_CHUNK
    ) -> list[DefinitionPlace]:
        """Return what is defined under these names, in their order, whatever the case.

        Args:
            names: plain or qualified as far as known (`Class.method`, `Class::method`).
            limit: how many places at most.
            within: as in `search_words`; of the chunks that definitions begin in.
        """
        places: dict[int, DefinitionPlace] = {}
        with self._database.read() as connection:
            for name in names:
                places.update(catalog_rows.definitions_named(connection, name, limit, within))
        return list(places.values())[:limit]

    def chunks_at(self, path: str, line: int | None, limit: int) -> list[str]:
        """Return ids of the chunks at a line of a file, or of the first of the file, in their order.

        Args:
            path: of a file, as much of it as is known, or more than it: an absolute path of another machine.
            line: None for the whole file.
            limit: how many chunks at most.
        """
        with self._database.read() as connection:
            return catalog_rows.chunks_at(connection, path, line, limit)

    # --- what a search can be narrowed to -----------------------------------------------------------------

    def indexed_files(self, within: Sequence[str]) -> list[str]:
        """Return the indexed files that are, or lie in a folder that is, among these paths."""
        with self._database.read() as connection:
            return catalog_rows.indexed_paths(connection, within)

    def unknown_paths(self, paths: Sequence[str]) -> list[str]:
        """Return those of these files and folders that nothing is indexed of."""
        with self._database.read() as connection:
            return catalog_rows.paths_without_chunks(connection, paths)

    def languages(self) -> list[str]:
        """Return the languages of indexed files, those of the most files first."""
        query = "SELECT language FROM files WHERE reason IS NULL GROUP BY language ORDER BY count(*) DESC, language"
        with self._database.read() as connection:
            return [language for (language,) in connection.execute(query)]

    def kinds(self) -> list[str]:
        """Return the kinds of chunks and of definitions in them, the most frequent first."""
        query = """SELECT kind FROM (SELECT kind, count(*) AS number FROM chunks GROUP BY kind
            UNION ALL SELECT kind, count(*) FROM definitions GROUP BY kind)
            GROUP BY kind ORDER BY sum(number) DESC, kind"""
        with self._database.read() as connection:
            return [kind for (kind,) in connection.execute(query)]

    # --- vectors ------------------------------------------------------------------------------------------

    def pending_vectors(self, model: str, limit: int, first: Sequence[str] = ()) -> list[Chunk]:
        """Return chunks that have no vectors of this model: those in `first`, then the rest as they were added."""
        ids = self._ledger.pending(model, limit, first)
        return list(self.chunks(ids).values())

    def pending_ids(self, model: str) -> list[str]:
        """Return the ids of all chunks that have no vectors of this model, as they were added."""
        return self._ledger.all_pending(model)

    def pending_work(self, model: str) -> PendingWork:
        """Return how much there is to be embedded with a model that was asked for before."""
        totals = self._ledger.totals(model)[VectorState.PENDING]
        return PendingWork(totals.chunks, totals.characters)

    def mark_vectors_coming(self, model: str, windows: Mapping[str, int]) -> None:
        """Record, before they are stored, how many vectors of which chunks the store may have from now on.

        Then a crash leaves none in the store that nobody knows of.
        """
        self._ledger.mark_coming(model, windows)

    def mark_vectors_stored(self, model: str, stored: Sequence[tuple[Chunk, int]]) -> None:
        """Record that the store has vectors now: chunks as they were stored, with how many.

        Those of chunks that vanished meanwhile become removals, and the store is owed the place of those that moved.
        """
        self._ledger.mark_stored(model, stored)

    def mark_vectors_failed(self, model: str, reasons: Mapping[str, str]) -> None:
        """Record why chunks, by id, cannot be embedded; `forget_vectors` has them tried again."""
        self._ledger.mark_failed(model, reasons)

    def failed_vectors(self, model: str, limit: int) -> list[tuple[Chunk, str]]:
        """Return chunks that cannot be embedded, with the reasons."""
        reasons = self._ledger.failed(model, limit)
        return [(chunk, reasons[chunk_id]) for chunk_id, chunk in self.chunks(list(reasons)).items()]

    def stale_metadata(self, model: str, limit: int) -> list[tuple[Chunk, int]]:
        """Return chunks, with their number of vectors, that moved since their vectors were stored."""
        windows = self._ledger.stale(model, limit)
        return [(chunk, windows[chunk_id]) for chunk_id, chunk in self.chunks(list(windows)).items()]

    def mark_metadata_fresh(self, model: str, chunks: Sequence[Chunk]) -> None:
        """Record that the store knows the places that these chunks have here."""
        self._ledger.mark_fresh(model, chunks)

    def vectors_to_remove(self, model: str, limit: int) -> list[tuple[str, int]]:
        """Return ids, with their number of vectors, of chunks that the store should let go of."""
        return self._ledger.to_remove(model, limit)

    def mark_vectors_removed(self, model: str, ids: Sequence[str]) -> None:
        """Record that the store has no vectors of these ids; a chunk that is back is pending."""
        self._ledger.mark_removed(model, ids)

    def forget_vectors(self, model: str) -> None:
        """Record that the store lost everything of this model: all is pending, nothing is to be removed."""
        self._ledger.forget(model)

    def stored_vectors(self, model: str, ids: Sequence[str]) -> dict[str, int]:
        """Return those of these chunks that have vectors of this model, with how many."""
        return self._ledger.stored(model, ids)

    def count_vectors(self, model: str) -> int:
        """Return how many vectors of this model the store should have."""
        return self.vector_bounds(model)[1]

    def vector_bounds(self, model: str) -> tuple[int, int]:
        """Return how many vectors of this model the store has at least and at most.

        They differ where a crash left open how much of the last step was done.
        """
        totals = self._ledger.totals(model)
        least = totals[VectorState.STORED].windows + totals[VectorState.STALE].windows
        return least, sum(state.windows for state in totals.values())

    def models(self) -> list[str]:
        """Return the models that have any vector in the store."""
        return self._ledger.models()

    # --- the whole ----------------------------------------------------------------------------------------

    def counts(self, model: str) -> IndexCounts:
        """Return how much is indexed, embedded with this model, and skipped."""
        query = """SELECT sum(number) FILTER (WHERE subject = 'files' AND detail = ''),
            sum(number) FILTER (WHERE subject = 'chunks'),
            coalesce(sum(number) FILTER (WHERE subject = 'files' AND detail <> ''), 0) FROM totals"""
        with self._database.read() as connection:
            files, chunks, skipped = connection.execute(query).fetchone()
            vectors = vector_ledger.totals(connection, model)
        embedded = vectors[VectorState.STORED].chunks + vectors[VectorState.STALE].chunks
        return IndexCounts(files, chunks, embedded, skipped, vectors[VectorState.FAILED].chunks)

    def serving_model(self, wanted: str) -> tuple[str | None, IndexCounts]:
        """Return the model whose vectors serve, and its counts: the wanted one once complete, else the fullest.

        It is None while no model has any.
        """
        counts = self.counts(wanted)
        if not counts.pending:
            return (wanted if counts.embedded else None), counts
        by_model = {wanted: counts, **{model: self.counts(model) for model in self.models() if model != wanted}}
        best = max(by_model, key=lambda model: (by_model[model].embedded, model == wanted))
        return (best if by_model[best].embedded else None), by_model[best]

    def compact(self) -> bool:
        """Give the room of what was removed back to the disk where that pays, and tell whether it did.

        Searches go on meanwhile, and other writes find gaps.
        """
        self._merge_words()
        return self._database.compact()

    def get_meta(self, key: str) -> str | None:
        """Return what was noted under this key."""
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Note a value under this key."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _merge_words(self) -> None:
        """Rid the word index of what it knows of removed chunks."""
        with self._database.read() as connection:
            left = keyword_index.left_to_merge(connection)
        if not left:
            return
        steps = itertools.count()
        self._database.write_in_steps(lambda connection: keyword_index.merge(connection, begin=next(steps) == 0))
        with self._database.write() as connection:
            keyword_index.count_left(connection, -left)
