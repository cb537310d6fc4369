"""Errors of llama.cpp, whose own words are only logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sourcewise.errors import GeneratorError
from sourcewise.llm.llama_service import LlamaService

if TYPE_CHECKING:
    from collections.abc import Callable


class FailingServer:
    """xllamacpp's server, with one reply or exception."""

    def __init__(self, outcome: dict[str, Any] | Exception) -> None:
        self._outcome = outcome

    def handle_chat_completions(self, _request: object, on_part: Callable[[dict[str, Any]], bool]) -> None:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        on_part(self._outcome)


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (RuntimeError("llama_decode failed, ret = -3"), "failed in the middle of its answer"),
        (RuntimeError("std::bad_alloc"), "not enough memory for the built-in language model"),
        (MemoryError(), "not enough memory for the built-in language model"),
        ({"error": {"type": "server_error", "message": "llama_decode: n_past"}}, "cannot answer this question"),
        ({"error": {}}, "cannot answer this question"),
    ],
)
def test_an_error_of_llama_cpp_becomes_a_message(
    monkeypatch: pytest.MonkeyPatch, outcome: dict[str, Any] | Exception, message: str
) -> None:
    monkeypatch.setattr("sourcewise.llm.llama_service.load_model", lambda *_: FailingServer(outcome))
    service = LlamaService("model.gguf", 1000, 100, 0.0, 0)
    with pytest.raises(GeneratorError, match=message) as failure:
        list(service.chat("You explain code.", "What is this?"))
    assert "llama" not in str(failure.value)
    assert failure.value.hint
