"""The messages on the wire: complete, unambiguous, and unchanged by a round trip through JSON."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any, get_type_hints

import attrs
import pytest
from cattrs.errors import ClassValidationError

from sourcewise import protocol
from sourcewise.domain.answer import CitationState
from sourcewise.domain.file_role import FileRole
from sourcewise.domain.index_state import Stage
from sourcewise.domain.search import SearchMode
from sourcewise.lsp.messages import make_converter, message_type

MESSAGES = (*protocol.REQUESTS, *protocol.NOTIFICATIONS)
WIRE_CLASSES = [value for value in vars(protocol).values() if isinstance(value, type) and attrs.has(value)]
PASSAGE = {
    "path": "a b.py",
    "uri": "file:///x/a%20b.py",
    "start_line": 3,
    "end_line": 9,
    "score": 0.5,
    "match": 1.0,
    "similarity": None,
    "symbol": "f",
    "kind": "function",
    "language": "python",
    "role": FileRole.TEST,
    "reasons": ("defines f",),
    "preview": "def f(): …",
}
COVERAGE = protocol.Coverage(SearchMode.HYBRID, 10, 4, True)
ANSWER = protocol.AskResult(
    ask_id="1",
    text="It does [1].",
    model=protocol.ModelName("sources", "no language model"),
    sources=(protocol.Source(**PASSAGE, number=1, truncated=False),),
    citations=(protocol.Citation(1, CitationState.CHANGED),),
    struck=(7,),
    mentions=(protocol.Mention("f", protocol.Place("a b.py", "file:///x/a%20b.py", 3)), protocol.Mention("g", None)),
    notices=(),
    failure="",
    follow_ups=("Where is `f` called?",),
    trace=protocol.Trace(
        COVERAGE, 10, 20, protocol.Usage(1, 2, 0.1, 0.2, "stop", False), {"total": 1.5}, 2, (0.6, 0.8)
    ),
)


def test_methods_are_unique_and_have_the_prefix() -> None:
    methods = [message.method for message in MESSAGES]
    assert len(set(methods)) == len(methods)
    assert all(re.fullmatch(r"sourcewise(/[a-z]+)+", method) for method in methods)


def test_every_declared_message_is_in_the_table() -> None:
    declared = [v for v in vars(protocol).values() if isinstance(v, (protocol.Request, protocol.Notification))]
    assert set(declared) == set(MESSAGES)


@pytest.mark.parametrize("cls", WIRE_CLASSES, ids=lambda cls: cls.__name__)
def test_field_types_can_be_resolved_at_run_time(cls: type[Any]) -> None:
    assert get_type_hints(cls).keys() == {field.name for field in attrs.fields(cls)}
    assert cls.__doc__


def test_an_answer_is_unchanged_by_a_round_trip() -> None:
    converter = make_converter()
    sent = json.loads(json.dumps(converter.unstructure(ANSWER)))
    assert sent["askId"] == "1"
    assert sent["sources"][0]["startLine"] == 3
    assert sent["sources"][0]["similarity"] is None
    assert sent["citations"] == [{"number": 1, "state": "changed since it was indexed"}]
    assert sent["failure"] == ""
    assert converter.structure(sent, protocol.AskResult) == ANSWER


def test_a_state_is_unchanged_by_a_round_trip() -> None:
    converter = make_converter()
    state = protocol.IndexState(
        (protocol.FolderState("file:///x", Stage.EMBEDDING, 1, 2, False, None, 3, 4, 5, "", ""),)
    )
    assert converter.structure(json.loads(json.dumps(converter.unstructure(state))), protocol.IndexState) == state


def test_an_omitted_field_has_its_default() -> None:
    message = make_converter().structure(
        {"id": 1, "jsonrpc": "2.0", "method": "sourcewise/search", "params": {"query": "x", "futureField": 1}},
        message_type("sourcewise/search"),
    )
    assert message.params == protocol.SearchParams("x", None, None)


@pytest.mark.parametrize("query", [None, 7, True, ["x"], {"a": 1}])
def test_a_value_of_another_type_is_not_converted_to_text(query: Any) -> None:
    with pytest.raises(ClassValidationError):
        make_converter().structure({"query": query}, protocol.SearchParams)


def test_a_standard_method_has_no_declared_type() -> None:
    assert message_type("textDocument/hover") is None


def test_the_declarations_import_no_language_server_library() -> None:
    code = "import sys, sourcewise.protocol; assert not {'pygls', 'lsprotocol', 'cattrs'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
