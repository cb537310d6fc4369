"""The table of messages: every method with the types of its parameters and its result."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from sourcewise.protocol.answers import (
    AnswerDelta,
    AnswerNotice,
    AnswerProgress,
    AnswerSources,
    AskParams,
    AskResult,
    ExplainParams,
)
from sourcewise.protocol.diagnosis import DiagnoseParams, DiagnoseResult
from sourcewise.protocol.index import (
    ChoicesParams,
    ChunksParams,
    ChunksResult,
    IndexChoices,
    IndexState,
    PauseParams,
    RebuildParams,
    SkippedParams,
    SkippedResult,
    StatusParams,
    StatusResult,
    WhyParams,
    WhyResult,
)
from sourcewise.protocol.models import (
    AllowedModels,
    AllowParams,
    ModelsParams,
    ModelsResult,
    PullParams,
    PullProgress,
    PullResult,
    RevokeParams,
)
from sourcewise.protocol.search import SearchParams, SearchResult, SimilarParams


@frozen
class Request:
    """A request from the client to the server."""

    method: str
    params: type[Any]
    result: type[Any]


@frozen
class Notification:
    """A notification from the server to the client."""

    method: str
    params: type[Any]


ASK = Request("sourcewise/ask", AskParams, AskResult)
EXPLAIN = Request("sourcewise/explain", ExplainParams, AskResult)
SEARCH = Request("sourcewise/search", SearchParams, SearchResult)
SIMILAR = Request("sourcewise/similar", SimilarParams, SearchResult)
INDEX_STATUS = Request("sourcewise/index/status", StatusParams, StatusResult)
INDEX_REBUILD = Request("sourcewise/index/rebuild", RebuildParams, IndexState)
INDEX_PAUSE = Request("sourcewise/index/pause", PauseParams, IndexState)
INDEX_CHOICES = Request("sourcewise/index/choices", ChoicesParams, IndexChoices)
INDEX_WHY = Request("sourcewise/index/why", WhyParams, WhyResult)
INDEX_SKIPPED = Request("sourcewise/index/skipped", SkippedParams, SkippedResult)
INDEX_CHUNKS = Request("sourcewise/index/chunks", ChunksParams, ChunksResult)
MODELS_LIST = Request("sourcewise/models/list", ModelsParams, ModelsResult)
MODELS_PULL = Request("sourcewise/models/pull", PullParams, PullResult)
MODELS_ALLOW = Request("sourcewise/models/allow", AllowParams, AllowedModels)
MODELS_REVOKE = Request("sourcewise/models/revoke", RevokeParams, AllowedModels)
DIAGNOSE = Request("sourcewise/diagnose", DiagnoseParams, DiagnoseResult)
REQUESTS = (
    ASK,
    EXPLAIN,
    SEARCH,
    SIMILAR,
    INDEX_STATUS,
    INDEX_REBUILD,
    INDEX_PAUSE,
    INDEX_CHOICES,
    INDEX_WHY,
    INDEX_SKIPPED,
    INDEX_CHUNKS,
    MODELS_LIST,
    MODELS_PULL,
    MODELS_ALLOW,
    MODELS_REVOKE,
    DIAGNOSE,
)

ANSWER_SOURCES = Notification("sourcewise/answer/sources", AnswerSources)
ANSWER_PROGRESS = Notification("sourcewise/answer/progress", AnswerProgress)
ANSWER_DELTA = Notification("sourcewise/answer/delta", AnswerDelta)
ANSWER_NOTICE = Notification("sourcewise/answer/notice", AnswerNotice)
INDEX_STATE = Notification("sourcewise/index/state", IndexState)
MODELS_PROGRESS = Notification("sourcewise/models/progress", PullProgress)
NOTIFICATIONS = (ANSWER_SOURCES, ANSWER_PROGRESS, ANSWER_DELTA, ANSWER_NOTICE, INDEX_STATE, MODELS_PROGRESS)
