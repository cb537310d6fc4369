"""The catalog of a folder: its files, chunks, definitions and words, and which vectors should exist.

Hides SQLite's tables and how they stay consistent: a change of a file is one transaction, together with the vectors
that it makes pending, stale or superfluous.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.code import SkipReason
from sourcewise.errors import CatalogCorruptError
from sourcewise.storage import chunk_rows, file_rows, vector_rows
from sourcewise.storage.catalog_schema import SCHEMA, VectorState
from sourcewise.storage.chunk_filter import ANY_CHUNK
from sourcewise.storage.database import Database
from sourcewise.storage.definition_index import DefinitionIndex
from sourcewise.storage.file_summary_vectors import FileSummaryVectors, forget_version, has_current_vector
from sourcewise.storage.keyword_index import KeywordIndex
from sourcewise.storage.keyword_upgrade import upgrade_words
from sourcewise.storage.skipped_files import SkippedFiles
from sourcewise.storage.vector_ledger import VectorLedger

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from sourcewise.domain.code import Chunk, FileStamp, SourceFile
    from sourcewise.storage.chunk_filter import ChunkFilter


class KnownFile(NamedTuple):
    """A file that was read, as recorded in the catalog.

    Attributes:
        reason: why it is skipped; None if it is indexed.
        detail: the rule that skips it, or the note on an indexed file.
    """

    size: int
    mtime_ns: int
    digest: str
    reason: SkipReason | None
    detail: str = ""


class IndexCounts(NamedTuple):
    """The numbers of indexed files, their chunks, and skipped files.

    Attributes:
        embedded: chunks that have vectors of a model.
        failed: chunks that will never have vectors, since they crash the model.
    """

    files: int
    chunks: int
    embedded: int
    skipped: int
    failed: int = 0

    @property
    def pending(self) -> int:
        """The number of chunks that are not embedded yet."""
        return self.chunks - self.embedded - self.failed


class Catalog:
    """One folder's catalog. Thread-safe.

    Attributes:
        skipped: the files that are not indexed, with the reasons.
        keywords: keyword search (BM25) over the chunks.
        definitions: the definitions in the chunks, by name.
        vectors: which vectors the chunks have, and which are pending.
        file_summaries: the vector of each file's summary.

    Every method raises StorageError when the disk fails and CatalogCorruptError when the database is damaged.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the database at this path, or create it with its folder.

        Args:
            path: of the database file.
            read_only: write nothing to the file, not even while opening it; see Database.

        Raises:
            CatalogCorruptError: it is damaged, another program's, or of another version.
            StorageError: it cannot be opened or written.
        """
        self._database = Database(path, SCHEMA, CatalogCorruptError, read_only=read_only)
        self.skipped = SkippedFiles(self._database)
        self.keywords = KeywordIndex(self._database)
        self.definitions = DefinitionIndex(self._database)
        self.vectors = VectorLedger(self._database)
        self.file_summaries = FileSummaryVectors(self._database)

    def upgrade(self) -> None:
        """Upgrade a catalog of an earlier version, without embedding; for the only process that writes to it."""
        upgrade_words(self._database)

    def verify(self) -> None:
        """Read the whole database and raise CatalogCorruptError if any of it is damaged; may take seconds."""
        self._database.verify()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    # --- files --------------------------------------------------------------------------------------------

    def known_files(self, paths: Sequence[str] | None = None) -> dict[str, KnownFile]:
        """Return every file that was read, indexed or skipped for its content, but no file that a scan skipped.

        Args:
            paths: files and folders to return; None means all.
        """
        reasons: dict[str | None, SkipReason | None] = {None: None, **{reason.value: reason for reason in SkipReason}}
        with self._database.read() as connection:
            return {
                path: KnownFile(size, mtime_ns, digest, reasons[reason], detail)
                for path, size, mtime_ns, digest, reason, detail in file_rows.read_rows(connection, paths)
            }

    def replace_file(self, file: SourceFile, chunks: Sequence[Chunk], note: str = "") -> None:
        """Index this file with exactly these chunks.

        A chunk that exists already, by its id, keeps its words and vectors and gets the new lines and position.

        Args:
            file: the file as it was read.
            chunks: all of its chunks, in order.
            note: a sentence for the user if the file is not indexed in the usual way.
        """
        with self._database.write() as connection:
            key = file_rows.upsert_file(connection, file, note)
            if has_current_vector(connection, key) and chunk_rows.chunks_by_path(connection, file.path) != list(chunks):
                # The same content is chunked in another way, so the file may define other names.
                forget_version(connection, key)
            chunk_rows.replace_chunks(connection, key, chunks)

    def notes(self) -> dict[str, str]:
        """Return the notes on indexed files by path, see `replace_file`."""
        with self._database.read() as connection:
            return dict(file_rows.note_rows(connection))

    def restamp(self, stamps: Sequence[FileStamp]) -> None:
        """Record that files have the same content but another size or modification time."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE files SET size = ?, mtime_ns = ? WHERE path = ?",
                [(stamp.size, stamp.mtime_ns, stamp.path) for stamp in stamps],
            )

    def remove_files(self, paths: Sequence[str]) -> None:
        """Remove files that were read, with their chunks; files that the last scan skipped stay recorded."""
        self._database.write_each(paths, file_rows.remove_read_file)

    # --- chunks -------------------------------------------------------------------------------------------

    def chunks(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """Return the chunks with these ids that exist, by id, in the order of the ids."""
        with self._database.read() as connection:
            return chunk_rows.chunks_by_id(connection, ids)

    def chunk_metadata(self, ids: Sequence[str]) -> dict[str, tuple[str, tuple[str, ...], str]]:
        """Return the path, the defined names of code and the note on the file of each chunk that exists, by id."""
        with self._database.read() as connection:
            return chunk_rows.chunk_metadata(connection, ids)

    def chunks_of(self, path: str) -> tuple[Chunk, ...]:
        """Return the chunks of a file in their order; none if it is not indexed."""
        with self._database.read() as connection:
            return tuple(chunk_rows.chunks_by_path(connection, path))

    def chunk_ids(self, chunk_filter: ChunkFilter = ANY_CHUNK, limit: int = -1) -> list[str]:
        """Return the ids of the chunks that pass the filter now, at most `limit`; a negative limit means no limit."""
        with self._database.read() as connection:
            return chunk_rows.ids_passing(connection, chunk_filter, limit)

    def passing(self, ids: Collection[str], chunk_filter: ChunkFilter) -> frozenset[str]:
        """Return the ids among these whose chunks exist and pass the filter."""
        with self._database.read() as connection:
            return frozenset(chunk_rows.ids_passing_among(connection, chunk_filter, ids))

    def chunks_at(self, path: str, line: int | None, limit: int) -> tuple[list[str], int]:
        """Return ids of the chunks at a line of a file, or of all its chunks, in their order.

        Args:
            path: of a file; may be only its end, or an absolute path on another machine.
            line: None for the whole file.
            limit: maximum number of chunks.

        Returns:
            The ids, and the number of files that the path matches.
        """
        with self._database.read() as connection:
            return file_rows.chunks_at(connection, path, line, limit)

    # --- what a search can be limited to -----------------------------------------------------------------

    def indexed_files(self, paths: Sequence[str]) -> list[str]:
        """Return the indexed files at these paths or in the folders at these paths."""
        with self._database.read() as connection:
            return file_rows.indexed_paths(connection, paths)

    def file_keys(self) -> list[tuple[str, int, str]]:
        """Return the path of every indexed file, its key, which lasts while the file is indexed, and its note."""
        with self._database.read() as connection:
            return list(file_rows.indexed_rows(connection))

    def unknown_paths(self, paths: Sequence[str]) -> list[str]:
        """Return the files and folders among these that have no indexed file."""
        with self._database.read() as connection:
            return file_rows.paths_without_chunks(connection, paths)

    def languages(self) -> list[str]:
        """Return the languages of indexed files, the most frequent first."""
        query = "SELECT language FROM files WHERE reason IS NULL GROUP BY language ORDER BY count(*) DESC, language"
        with self._database.read() as connection:
            return [language for (language,) in connection.execute(query)]

    # --- the whole ----------------------------------------------------------------------------------------

    def counts(self, model: str) -> IndexCounts:
        """Return how much is indexed, embedded with this model, and skipped."""
        query = """SELECT sum(number) FILTER (WHERE subject = 'files' AND detail = ''),
            sum(number) FILTER (WHERE subject = 'chunks'),
            coalesce(sum(number) FILTER (WHERE subject = 'files' AND detail <> ''), 0) FROM totals"""
        with self._database.read() as connection:
            files, chunks, skipped = connection.execute(query).fetchone()
            vectors = vector_rows.totals(connection, model)
        embedded = vectors[VectorState.STORED].chunks + vectors[VectorState.STALE].chunks
        return IndexCounts(files, chunks, embedded, skipped, vectors[VectorState.FAILED].chunks)

    def serving_model(self, wanted: str) -> tuple[str | None, IndexCounts]:
        """Return the model to search with, and its counts: the wanted one once complete, else the most complete.

        The model is None while no model has a vector.
        """
        counts = self.counts(wanted)
        if not counts.pending:
            return (wanted if counts.embedded else None), counts
        by_model = {wanted: counts, **{model: self.counts(model) for model in self.vectors.models() if model != wanted}}
        best = max(by_model, key=lambda model: (by_model[model].embedded, model == wanted))
        return (best if by_model[best].embedded else None), by_model[best]

    def compact(self) -> bool:
        """Return the disk space of removed rows to the file system if that pays; return whether it did.

        Searches continue meanwhile, and other writes run in between.
        """
        self.keywords.merge_removed()
        return self._database.compact()

    def get_meta(self, key: str) -> str | None:
        """Return the value stored under this key, or None."""
        with self._database.read() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Store a value under this key."""
        with self._database.write() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
