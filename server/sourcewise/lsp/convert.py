"""Converts domain values to protocol messages: adds URIs, and omits values that the editor does not need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from sourcewise import protocol
from sourcewise.domain.search import Scope
from sourcewise.errors import FolderError
from sourcewise.lsp.documents import local_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from sourcewise.domain.answer import Answer, Destination, Mention, Source, Trace
    from sourcewise.domain.code import SkippedFile, SkipReason
    from sourcewise.domain.index_state import IndexStatus
    from sourcewise.domain.search import ScopeChoices, SearchResult
    from sourcewise.folder_index.index import Index
    from sourcewise.folder_index.inspection import ChunkInspection, FileInspection
    from sourcewise.lsp.folder import Folder

    UriOf = Callable[[str], str]


def path_of(uri: str) -> Path:
    """Return the local path of a URI.

    Raises:
        FolderError: the URI does not refer to this machine.
    """
    path = local_path(uri)
    if path is None:
        raise FolderError(
            f"{uri} is not a folder on this machine.", "Open a local folder. Other folders cannot be indexed."
        )
    return path


def uris_in(index: Index) -> UriOf:
    """Return a function that converts the path of a file in a folder to its URI."""
    return lambda path: (index.folder / path).as_uri()  # the function of pygls fails on names that are not UTF-8


def scope(wanted: protocol.Scope) -> Scope:
    """Return the scope of a search."""
    return Scope(wanted.paths, wanted.languages, wanted.kinds, wanted.roles, wanted.changed_since)


def choices(known: ScopeChoices) -> protocol.IndexChoices:
    """Return the values that a search can be narrowed to."""
    return protocol.IndexChoices(known.languages, known.kinds, known.roles, known.branches)


def coverage(search: SearchResult) -> protocol.Coverage:
    """Return how a search found its passages."""
    return protocol.Coverage(search.mode, search.chunks, search.embedded, search.relevant)


def passage(uri_of: UriOf, source: Source) -> protocol.Passage:
    """Return a passage with the preview of its source."""
    found, chunk = source.passage, source.passage.chunk
    return protocol.Passage(
        path=chunk.path,
        uri=uri_of(chunk.path),
        start_line=chunk.first_line,
        end_line=chunk.last_line,
        score=found.score,
        match=source.match,
        similarity=found.similarity,
        symbol=chunk.symbol,
        kind=chunk.kind,
        language=chunk.language,
        role=found.role,
        reasons=found.reasons,
        preview=source.preview,
    )


def sources(uri_of: UriOf, sources: tuple[Source, ...]) -> tuple[protocol.Source, ...]:
    """Return the sources of an answer."""
    return tuple(_source(uri_of, source) for source in sources)


def answer(uri_of: UriOf, ask_id: str, folder: str, made: Answer) -> protocol.AskResult:
    """Return a complete answer; `folder` is the URI of its folder."""
    return protocol.AskResult(
        ask_id=ask_id,
        text=made.text,
        model=protocol.ModelName(made.model.runtime, made.model.name),
        sources=sources(uri_of, made.sources),
        citations=tuple(protocol.Citation(citation.number, citation.state) for citation in made.citations),
        struck=made.struck,
        mentions=tuple(_mention(uri_of, mention) for mention in made.mentions),
        notices=made.notices,
        failure=made.failure,
        follow_ups=made.follow_ups,
        trace=_trace(made.trace),
        needs_consent=destination(folder, made.needs_consent) if made.needs_consent else None,
    )


def destination(folder: str, known: Destination) -> protocol.Destination:
    """Return the model that code of a folder would be sent to."""
    return protocol.Destination(folder, known.model, known.host)


def folder_state(folder: Folder) -> protocol.FolderState:
    """Return the state of a folder's index."""
    now = folder.activity
    return protocol.FolderState(
        uri=folder.uri,
        stage=now.stage,
        done=now.done,
        total=now.total,
        paused=now.paused,
        seconds_left=now.seconds_left,
        files=now.files,
        chunks=now.chunks,
        embedded=now.embedded,
        message=str(now.problem or ""),
        notice=now.notice,
    )


def folder_status(folder: Folder, status: IndexStatus | None) -> protocol.FolderStatus:
    """Return the state and the contents of a folder's index; `status` is None if it is unknown."""
    state = attrs.asdict(folder_state(folder), recurse=False)
    if status is None:
        return protocol.FolderStatus(**state, vectors=0, cached=0, model="", state="missing", skipped={}, bytes=0)
    state |= {"files": status.files, "chunks": status.chunks, "embedded": status.embedded}
    return protocol.FolderStatus(
        **state,
        vectors=status.vectors,
        cached=status.cached,
        model=status.model,
        state=status.state,
        skipped=status.skipped,
        bytes=status.bytes,
    )


def chunks(found: FileInspection) -> protocol.ChunksResult:
    """Return the chunks of a file."""
    return protocol.ChunksResult(found.path, tuple(map(_chunk, found.chunks)), found.sentence)


def skipped(
    found: Iterable[tuple[Folder, Sequence[SkippedFile]]], reason: SkipReason | None, limit: int
) -> protocol.SkippedResult:
    """Return the skipped files of folders, for one reason or all, at most `limit` for each reason."""
    listed: dict[SkipReason, list[protocol.SkippedFile]] = {}
    for folder, files in found:
        for file in files:
            if reason in (None, file.reason):
                listed.setdefault(file.reason, []).append(_skipped(folder, file))
    groups = sorted(listed.items(), key=lambda entry: -len(entry[1]))
    return protocol.SkippedResult(
        {name.value: len(files) for name, files in groups}, tuple(file for _, files in groups for file in files[:limit])
    )


def _chunk(inspected: ChunkInspection) -> protocol.IndexedChunk:
    chunk = inspected.chunk
    return protocol.IndexedChunk(
        start_line=chunk.first_line,
        end_line=chunk.last_line,
        symbol=chunk.symbol,
        kind=chunk.kind,
        tokens=inspected.tokens,
        vectors=inspected.vectors,
        problem=inspected.problem,
        preview=inspected.preview,
    )


def _skipped(folder: Folder, file: SkippedFile) -> protocol.SkippedFile:
    return protocol.SkippedFile(file.path, (folder.path / file.path).as_uri(), file.reason, file.detail)


def _source(uri_of: UriOf, source: Source) -> protocol.Source:
    base = attrs.asdict(passage(uri_of, source), recurse=False)
    return protocol.Source(**base, number=source.number, truncated=source.truncated)


def _mention(uri_of: UriOf, mention: Mention) -> protocol.Mention:
    if mention.location is None:
        return protocol.Mention(mention.name, None)
    path, _, line = mention.location.rpartition(":")
    return protocol.Mention(mention.name, protocol.Place(path, uri_of(path), int(line)))


def _trace(trace: Trace) -> protocol.Trace:
    dimensions, vector = trace.search.question_vector or (0, ())
    usage = trace.usage
    return protocol.Trace(
        search=coverage(trace.search),
        prompt_tokens=trace.prompt_tokens,
        prompt_budget=trace.prompt_budget,
        usage=protocol.Usage(
            usage.prompt_tokens,
            usage.answer_tokens,
            usage.prompt_seconds,
            usage.answer_seconds,
            usage.stop_reason,
            usage.prompt_cut,
        ),
        timings=trace.timings,
        dimensions=dimensions,
        vector=vector,
    )
