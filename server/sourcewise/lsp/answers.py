"""Handles the editor's requests for answers, explanations and searches."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pygls.exceptions import JsonRpcInvalidParams

from sourcewise import protocol
from sourcewise.answering.prompt import as_sources
from sourcewise.answering.query_engine import checked_question
from sourcewise.domain.search import Query, SearchRequest, Turn
from sourcewise.lsp import convert
from sourcewise.lsp.answer_stream import AnswerStream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from sourcewise.answering.query_engine import CodeQueryEngine
    from sourcewise.domain.answer import AnswerEvent
    from sourcewise.domain.search import SearchResult
    from sourcewise.folder_index.index import Index
    from sourcewise.lsp.convert import UriOf
    from sourcewise.lsp.editor_locations import EditorLocations
    from sourcewise.lsp.folders import OpenFolders

_MAX_PASSAGES = 50


class Answers:
    """Answers questions from the indexes of the open folders and the text of open documents."""

    def __init__(
        self,
        folders: OpenFolders,
        locations: EditorLocations,
        notify: Callable[[str, object], None],
        default_limit: Callable[[], int],
        engine_of: Callable[..., CodeQueryEngine],
    ) -> None:
        """Take the folders and services to use.

        Args:
            folders: the open folders.
            locations: resolves selections.
            notify: sends a method and its parameters to the editor.
            default_limit: returns the number of passages of a search without a limit.
            engine_of: returns the engine for an index; see Workspace.engine.
        """
        self._folders = folders
        self._locations = locations
        self._notify = notify
        self._default_limit = default_limit
        self._engine_of = engine_of

    async def ask(self, params: protocol.AskParams) -> protocol.AskResult:
        """Answer a question; notifications stream the answer while it is generated.

        Raises:
            UserError: the question, the folder, the scope or the selection is invalid.
        """
        history = tuple(Turn(turn.question, turn.answer, turn.symbols) for turn in params.history)
        scope = convert.scope(params.scope)
        if params.selection is None:
            index = await self._folders.index_of(params.folder)
            query, opened, uri_of = Query(params.question, scope, None, history), None, convert.uris_in(index)
        else:
            opened, code = await self._locations.code_at(params.selection, params.folder)
            index, uri_of = opened.index, opened.uri_of
            query = Query(params.question, scope, code, history)
        open_text_of = self._locations.open_text_in(index, opened)
        engine = self._engine_of(index, open_text_of, self._locations.open_files_in(index))
        events = engine.ask(query)
        return await self._streamed(events, params.ask_id, index, uri_of)

    async def explain(self, params: protocol.ExplainParams) -> protocol.AskResult:
        """Explain the selected code, or the symbol at the cursor; see ask."""
        opened, code = await self._locations.code_at(params.selection)
        events = self._engine_of(opened.index, self._locations.open_text_in(opened.index, opened)).explain(code)
        return await self._streamed(events, params.ask_id, opened.index, opened.uri_of)

    async def search(self, params: protocol.SearchParams) -> protocol.SearchResult:
        """Return the best passages for a query.

        Raises:
            UserError: the query, the folder or the scope is invalid.
            JsonRpcInvalidParams: the limit is out of range.
        """
        limit = self._checked_limit(params.limit)
        text, scope = checked_question(params.query), convert.scope(params.scope)
        index = await self._folders.index_of(params.folder)
        request = SearchRequest(text, limit, scope=scope, open_files=self._locations.open_files_in(index))
        found = await asyncio.to_thread(index.search, request)
        return _search_result(found, convert.uris_in(index))

    async def similar(self, params: protocol.SimilarParams) -> protocol.SearchResult:
        """Return the passages most similar to the selected code.

        Raises:
            UserError: the selection is invalid.
            JsonRpcInvalidParams: the limit is out of range.
        """
        limit = self._checked_limit(params.limit)
        opened, code = await self._locations.code_at(params.selection)
        found = await asyncio.to_thread(opened.index.similar, code, limit)
        return _search_result(found, opened.uri_of)

    async def _streamed(
        self, events: AsyncGenerator[AnswerEvent, None], ask_id: str, index: Index, uri_of: UriOf
    ) -> protocol.AskResult:
        answer = await AnswerStream(ask_id, uri_of, self._notify).send(events)
        return convert.answer(uri_of, ask_id, self._folders.uri_of(index), answer)

    def _checked_limit(self, limit: int | None) -> int:
        if limit is None:
            return self._default_limit()
        if not 1 <= limit <= _MAX_PASSAGES:
            raise JsonRpcInvalidParams(f"limit is {limit}; it must be 1 to {_MAX_PASSAGES}.")
        return limit


def _search_result(found: SearchResult, uri_of: UriOf) -> protocol.SearchResult:
    passages = tuple(convert.passage(uri_of, source) for source in as_sources(found.passages))
    return protocol.SearchResult(passages, convert.coverage(found))
