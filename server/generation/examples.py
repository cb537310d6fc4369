"""Examples of every message for the reference page, built from the real classes."""

from __future__ import annotations

from typing import Any

from sourcewise import protocol
from sourcewise.domain.answer import CitationState
from sourcewise.domain.code import SkipReason
from sourcewise.domain.file_role import FileRole
from sourcewise.domain.index_state import Stage
from sourcewise.domain.search import SearchMode

_FOLDER = "file:///home/ada/shop"
_URI = f"{_FOLDER}/auth.py"
_SELECTION = protocol.Selection(_URI, 12, 20)
_COVERAGE = protocol.Coverage(SearchMode.HYBRID, chunks=240, embedded=240, relevant=True)
_FOUND: dict[str, Any] = {
    "path": "auth.py",
    "uri": _URI,
    "start_line": 12,
    "end_line": 20,
    "score": 8.25,
    "match": 0.83,
    "similarity": 0.71,
    "symbol": "Session.check_password",
    "kind": "method",
    "language": "python",
    "role": FileRole.CODE,
    "reasons": ("defines check_password",),
    "preview": "def check_password(self, given: str) -> bool:",
}
_SOURCE = protocol.Source(**_FOUND, number=1, truncated=False)
_PASSAGES = protocol.SearchResult((protocol.Passage(**_FOUND),), _COVERAGE)
_MODEL = protocol.ModelName("ollama", "codellama:latest")
_STATE: dict[str, Any] = {
    "uri": _FOLDER,
    "stage": Stage.EMBEDDING,
    "done": 120,
    "total": 240,
    "paused": False,
    "seconds_left": 14.0,
    "files": 31,
    "chunks": 240,
    "embedded": 120,
    "message": "",
    "notice": "",
}
_INDEX = protocol.IndexState((protocol.FolderState(**_STATE),))
_STATUS = protocol.FolderStatus(
    **_STATE,
    vectors=131,
    cached=900,
    model="bge-small-en-v1.5",
    state="partial",
    skipped={"ignored": 12, "binary": 3},
    bytes=1_300_000,
)
_ANSWER = protocol.AskResult(
    ask_id="7f3a",
    text="`check_password` compares the two in constant time [1].",
    model=_MODEL,
    sources=(_SOURCE,),
    citations=(protocol.Citation(1, CitationState.CURRENT),),
    struck=(),
    mentions=(protocol.Mention("check_password", protocol.Place("auth.py", _URI, 12)),),
    notices=(),
    failure="",
    follow_ups=("Who calls `check_password`?",),
    trace=protocol.Trace(
        search=_COVERAGE,
        prompt_tokens=1140,
        prompt_budget=6000,
        usage=protocol.Usage(1187, 16, 2.1, 0.8, "stop", False),
        timings={"search": 38.5, "answer": 2911.0},
        dimensions=384,
        vector=(0.041, -0.087),
    ),
)
_DESTINATION = protocol.Destination(_FOLDER, "gpt-oss:120b-cloud", "https://ollama.com")
_MODELS = protocol.ModelsResult(
    answering=_MODEL,
    local=True,
    problem="",
    ollama_runs=True,
    endpoint="http://127.0.0.1:11434",
    wanted="codellama",
    models=(
        protocol.LanguageModel("ollama", "codellama:latest", True, 3_825_910_662),
        protocol.LanguageModel("embedded", "qwen2.5-coder-1.5b-instruct", False, 1_117_320_768),
    ),
)

REQUESTS: dict[str, tuple[Any, Any]] = {
    "sourcewise/ask": (
        protocol.AskParams("How is a password checked?", "7f3a", scope=protocol.Scope(paths=("auth.py",))),
        _ANSWER,
    ),
    "sourcewise/explain": (protocol.ExplainParams("7f3a", _SELECTION), _ANSWER),
    "sourcewise/search": (
        protocol.SearchParams(
            "check a password", limit=5, scope=protocol.Scope(languages=("python",), changed_since="main")
        ),
        _PASSAGES,
    ),
    "sourcewise/similar": (protocol.SimilarParams(_SELECTION), _PASSAGES),
    "sourcewise/index/status": (protocol.StatusParams(_FOLDER), protocol.StatusResult((_STATUS,))),
    "sourcewise/index/rebuild": (protocol.RebuildParams(), _INDEX),
    "sourcewise/index/pause": (protocol.PauseParams(True), _INDEX),
    "sourcewise/index/choices": (
        protocol.ChoicesParams(_FOLDER),
        protocol.IndexChoices(
            ("python", "markdown"), ("method", "class", "section"), (FileRole.CODE, FileRole.TEST), ("main", "login")
        ),
    ),
    "sourcewise/index/why": (
        protocol.WhyParams(f"{_FOLDER}/debug.log"),
        protocol.WhyResult(
            "debug.log", False, "debug.log is not indexed: `*.log` in .gitignore, line 3.", "*.log (.gitignore:3)", 0
        ),
    ),
    "sourcewise/index/skipped": (
        protocol.SkippedParams(_FOLDER, SkipReason.IGNORED, limit=1),
        protocol.SkippedResult(
            {"ignored": 12, "binary": 3},
            (protocol.SkippedFile("debug.log", f"{_FOLDER}/debug.log", SkipReason.IGNORED, "*.log (.gitignore:3)"),),
        ),
    ),
    "sourcewise/index/chunks": (
        protocol.ChunksParams(_URI),
        protocol.ChunksResult(
            "auth.py",
            (protocol.IndexedChunk(12, 20, "Session.check_password", "method", 96, 1, "", _FOUND["preview"]),),
            "",
        ),
    ),
    "sourcewise/models/list": (protocol.ModelsParams(), _MODELS),
    "sourcewise/models/pull": (
        protocol.PullParams("p1", "ollama", "codellama"),
        protocol.PullResult("codellama:latest"),
    ),
    "sourcewise/models/allow": (
        protocol.AllowParams(_DESTINATION),
        protocol.AllowedModels((_DESTINATION,)),
    ),
    "sourcewise/models/revoke": (protocol.RevokeParams(), protocol.AllowedModels(())),
    "sourcewise/diagnose": (protocol.DiagnoseParams(), protocol.DiagnoseResult("# Sourcewise 1.2.3\n…")),
}
"""Parameters and result by method."""

NOTIFICATIONS: dict[str, Any] = {
    "sourcewise/answer/sources": protocol.AnswerSources("7f3a", (_SOURCE,), _COVERAGE),
    "sourcewise/answer/progress": protocol.AnswerProgress("7f3a", 0.4),
    "sourcewise/answer/delta": protocol.AnswerDelta("7f3a", 0, "`check_password` compares"),
    "sourcewise/answer/notice": protocol.AnswerNotice("7f3a", "Waiting for the model to load."),
    "sourcewise/index/state": _INDEX,
    "sourcewise/models/progress": protocol.PullProgress("p1", "pulling 3a43f93b78ec", 1_048_576, 3_825_910_662),
}
"""Parameters by method."""
