"""The stages of an index's life, to be measured. Each stage starts as a fresh process and continues from the files that
the earlier stages left on disk, so a stopped stage resumes where it was.
"""

from __future__ import annotations

import random
import re
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING

import psutil
from generated_tree import names, path_of, questions
from generated_vectors import MODEL, GeneratedVectors
from measuring import Figure, bytes_on_disk, megabytes, rate, say, spent, spread, timed, waits

from sourcewise.chunking.isolated_chunker import IsolatedChunker
from sourcewise.domain.search import SearchRequest
from sourcewise.domain.work_context import WorkContext
from sourcewise.indexing.indexer import Indexer
from sourcewise.indexing.vectorizer import CodeVectorizer
from sourcewise.mining.miner import CodeMiner
from sourcewise.retrieval.path_relevance import path_relevance
from sourcewise.retrieval.retriever import Retriever
from sourcewise.retrieval.symbol_index import SymbolIndex
from sourcewise.settings import Settings
from sourcewise.storage.catalog import Catalog
from sourcewise.storage.chunk_filter import ChunkFilter
from sourcewise.storage.embedding_cache import EmbeddingCache
from sourcewise.storage.vector_store import VectorStores
from sourcewise.text.words import query_terms
from sourcewise.watching.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from measuring import Measured

    from sourcewise.domain.index_state import IndexProgress
    from sourcewise.embedding.vectors import Vectors
    from sourcewise.retrieval.symbol_index import References

DEPTH = 100
_TOP = 8
_BATCH = 32
_TAKEN_TOGETHER = 512
_SAY_SECONDS = 10
_PATIENCE_SECONDS = 60
_INDENTED = re.compile(r"\n( +|\t)\S[^\n]*[;)]\n")


class Home:
    """The tree, its index, and the components that work on them."""

    def __init__(self, root: Path) -> None:
        self.tree = root / "tree"
        self.catalog = Catalog(root / "catalog.sqlite")
        self.embedder = GeneratedVectors()
        self._stores = VectorStores()
        self.store = self._stores.open(root / "vectors")
        self.cache = EmbeddingCache(root / "embeddings.sqlite")
        settings = Settings()
        # The same as the server's, which may open this index too.
        recipe = f"{settings.chunk_tokens} {settings.chunk_overlap}"
        self.indexer = Indexer(
            self.tree, CodeMiner(), IsolatedChunker(), self.catalog, recipe, path_relevance=path_relevance
        )
        self.vectorizer = CodeVectorizer(self.catalog, self.store, self.cache, self.embedder, _BATCH)
        self.retriever = Retriever(self.catalog, self.store, self.embedder)
        self.symbols = SymbolIndex(self.catalog, self.store)

    def near(self, vector: Vectors) -> list[tuple[str, float]]:
        """Return the chunks nearest to a vector, as many as a search considers."""
        return self.store.search(MODEL, vector, DEPTH)

    def references(self, name: str) -> References:
        """Return the usages of a name, as a hover shows them."""
        return self.symbols.references(name, self.symbols.definitions([name], "some.py"))

    def close(self) -> None:
        """Close all files."""
        self.store.close()
        self._stores.close()
        self.catalog.close()
        self.cache.close()


class Watched:
    """Watches a tree for changes, after verifying that it is unchanged."""

    def __init__(self, home: Home) -> None:
        self._changes: SimpleQueue[Collection[str] | None] = SimpleQueue()
        self._watcher = Watcher(home.tree, self._changes.put, say)
        self._watcher.start()
        changes = home.indexer.update(on_folder=self._watcher.watch)
        if changes.added or changes.changed or changes.removed:
            raise SystemExit(f"The tree has changed since it was indexed: {changes}")

    def wait_for(self, path: str) -> set[str]:
        """Wait for the event of a change to this file; return all changed paths so far."""
        changed: set[str] = set()
        while path not in changed:
            changed.update(self._changes.get(timeout=_PATIENCE_SECONDS) or ())
        return changed

    def close(self) -> None:
        """Stop watching."""
        self._watcher.close()


def read_tree(root: Path) -> Measured:
    """Read the files that are not indexed yet."""
    home, said = Home(root), time.monotonic()

    def progress(now: IndexProgress) -> None:
        nonlocal said
        if time.monotonic() - said > _SAY_SECONDS:
            said = time.monotonic()
            say(f"  {now.done} of {now.total} files read")

    before, spent_before = home.catalog.counts(MODEL), time.process_time()
    seconds = timed(lambda: home.indexer.update(context=WorkContext(progress)))
    cpu = time.process_time() - spent_before
    counts = home.catalog.counts(MODEL)
    home.close()
    files, chunks = counts.files - before.files, counts.chunks - before.chunks
    if not files:
        return [], None
    return [
        Figure("files", f"{counts.files:,}"),
        Figure("chunks", f"{counts.chunks:,}"),
        rate("read: files", files, seconds),
        rate("read: chunks", chunks, seconds),
        rate("read: chunks, by CPU time", chunks, cpu, processor=True),
        megabytes("disk: the tree itself", bytes_on_disk(home.tree)),
    ], None


def start(root: Path) -> Measured:
    """Open a complete index, search, verify that nothing changed, and start watching."""
    began, spent_before = time.perf_counter(), time.process_time()
    home = Home(root)
    home.catalog.keywords.search(query_terms(next(questions(1))), DEPTH)
    searchable = time.perf_counter() - began
    watched = Watched(home)
    verified = time.perf_counter() - began
    cpu = time.process_time() - spent_before
    figures = [
        spent("start: until the first keyword search is answered", searchable),
        spent("start: until everything is verified and watched", verified),
        spent("start: total CPU time", cpu, processor=True),
        spent("known_files", timed(home.catalog.known_files)),
        spent("skip_counts", timed(home.catalog.skipped.counts)),
    ]
    watched.close()
    home.close()
    return figures, None


def embed(root: Path, wanted: int) -> Measured:
    """Embed chunks without vectors, until the given number of chunks have them."""
    home, said = Home(root), time.monotonic()
    first = done = home.catalog.counts(MODEL).embedded
    began, spent_before = time.perf_counter(), time.process_time()
    while done < wanted and (due := home.catalog.vectors.pending(MODEL, min(_TAKEN_TOGETHER, wanted - done))):
        home.vectorizer.embed_and_store(MODEL, due)
        done += len(due)
        if time.monotonic() - said > _SAY_SECONDS:
            said = time.monotonic()
            say(f"  {done} of {wanted} vectors stored")
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent_before
    home.close()
    if done == first:
        return [], done
    label = f"store: vectors, from {first:,} to {done:,}"
    return [
        rate(label, done - first, seconds),
        rate(f"{label}, by CPU time", done - first, cpu, processor=True),
    ], done


def search(root: Path, count: int, nearest: list[set[str]]) -> Measured:
    """Measure each kind of search; `nearest` has the ids of the ten chunks that are truly nearest to each question."""
    home, asked, called = Home(root), list(questions(count)), list(names(count))
    catalog, words = home.catalog, [query_terms(question) for question in asked]
    figures = [
        *waits("keyword search", lambda terms: catalog.keywords.search(terms, DEPTH), words),
        *waits("definition search", lambda name: catalog.definitions.find([name], DEPTH), called),
        *waits("usages of a name, for a hover", home.references, called),
        *waits("counts", catalog.counts, [MODEL] * 20),
        *waits("serving_model", catalog.serving_model, [MODEL] * 20),
        *(_search_vectors(home, asked, nearest) if nearest else []),
        *waits(
            "search without embedding the question",
            lambda q: home.retriever.search(SearchRequest(q, _TOP), MODEL),
            asked,
        ),
        *_search_narrowed(home, asked),
    ]
    home.close()
    return figures, None


def _search_narrowed(home: Home, asked: list[str]) -> list[Figure]:
    narrowed = {
        "one file": ChunkFilter((path_of(0),)),
        "Python": ChunkFilter(languages=("python",)),
        "methods": ChunkFilter(kinds=("method",)),
        "structs": ChunkFilter(kinds=("struct",)),
    }
    figures = []
    for name, chunk_filter in narrowed.items():
        figures += waits(
            f"the same, restricted to {name}: {len(home.catalog.chunk_ids(chunk_filter)):,} chunks",
            lambda q, chunk_filter=chunk_filter: home.retriever.search(SearchRequest(q, _TOP), MODEL, chunk_filter),
            asked,
        )
    return figures


def _search_vectors(home: Home, asked: list[str], nearest: list[set[str]]) -> list[Figure]:
    vectors = [home.embedder.vector_of(question) for question in asked]
    first = timed(home.near, vectors[0])
    found = [{chunk_id for chunk_id, _ in home.near(vector)[:10]} for vector in vectors]
    hits = sum(len(ours & truth) for ours, truth in zip(found, nearest, strict=True))
    return [
        spent("vector search: the first, which opens the store", first),
        *waits("vector search", home.near, vectors),
        Figure("vector search: recall@10", f"{hits / (10 * len(asked)):.3f}"),
    ]


def edit(root: Path, files: int, count: int) -> Measured:
    """Add a line to one file after another and remove it again."""
    home, chance = Home(root), random.Random(3)
    watched = Watched(home)
    changed = [_Edit(home, watched, path_of(number)) for number in chance.sample(range(files), count + 1)]
    for number, each in enumerate(changed):
        each.make(number)
    watched.close()
    home.close()
    warm = changed[1:]  # the first edit opens the store
    return [
        *spread("edit: until the event arrives", [each.until_event for each in warm]),
        *spread("edit: until keyword search finds it", [each.until_words for each in warm]),
        *spread("edit: until its vectors are stored", [each.until_vectors for each in warm]),
        *spread("edit: CPU time without embedding", [each.cpu for each in warm], processor=True),
        *spread("edit: CPU time of other processes", [each.helpers_cpu for each in warm], processor=True),
        Figure("edit: most chunks embedded", str(max(each.embedded for each in changed))),
        Figure("edit: chunks embedded when it is reverted", str(sum(each.embedded_back for each in changed))),
    ], None


class _Edit:
    """A line added to a file, and the cost of indexing it."""

    def __init__(self, home: Home, watched: Watched, path: str) -> None:
        self._home, self._watched, self._path = home, watched, path

    def make(self, number: int) -> None:
        file, word = self._home.tree / self._path, f"zyx{number}"
        before = file.read_text(encoding="utf-8")
        self._embed()  # in case some chunks have no vectors
        place = _INDENTED.search(before, len(before) // 2) or _INDENTED.search(before)
        at, indent = (place.start(1), place[1]) if place else (0, "")
        try:
            self._notice(f"{before[:at]}{indent}{word}({number});\n{before[at:]}", word)
        finally:
            self._write(before)
        self._home.indexer.update(self._watched.wait_for(self._path))
        self.embedded_back = self._embed()

    def _write(self, text: str) -> None:
        (self._home.tree / self._path).write_text(text, encoding="utf-8", newline="\n")

    def _notice(self, text: str, word: str) -> None:
        cpu, helpers = self._cpu(), _cpu_of_helpers()
        began = time.perf_counter()
        self._write(text)
        paths = self._watched.wait_for(self._path)
        self.until_event = time.perf_counter() - began
        self._home.indexer.update(paths)
        found = self._home.catalog.keywords.search([word], 1)
        self.until_words = time.perf_counter() - began
        self.embedded = self._embed()
        self.until_vectors = time.perf_counter() - began
        self.cpu, self.helpers_cpu = self._cpu() - cpu, _cpu_of_helpers() - helpers
        if not found:
            raise SystemExit(f"The edit of {self._path} was not found.")

    def _embed(self) -> int:
        """Embed the file's chunks, in an index with vectors; return the number of new vectors."""
        if not self._home.catalog.counts(MODEL).embedded:
            return 0
        made = self._home.embedder.made
        ids = [chunk.id for chunk in self._home.catalog.chunks_of(self._path)]
        due = self._home.catalog.vectors.pending(MODEL, len(ids), ids)
        self._home.vectorizer.embed_and_store(MODEL, [chunk for chunk in due if chunk.id in ids])
        self._home.vectorizer.settle(MODEL)
        return self._home.embedder.made - made

    def _cpu(self) -> float:
        return time.process_time() - self._home.embedder.seconds


def _cpu_of_helpers() -> float:
    times = [process.cpu_times() for process in psutil.Process().children(recursive=True)]
    return sum(each.user + each.system for each in times)
