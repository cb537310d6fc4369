"""Notices that accompany an answer: limits of the search, the prompt and the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.answer import CitationState
from sourcewise.domain.search import SearchMode

if TYPE_CHECKING:
    from sourcewise.answering.citations import CheckedText
    from sourcewise.domain.answer import Destination, Usage
    from sourcewise.domain.search import SearchResult


def about_search(search: SearchResult) -> list[str]:
    """Return notices about files and chunks that the search could not cover yet."""
    unread = "Sourcewise is still reading the folder. Files that it has not read yet cannot be found."
    return ([] if search.fully_scanned else [unread]) + _about_vectors(search)


def about_destination(destination: Destination | None) -> list[str]:
    """Return a notice if the prompt leaves this machine."""
    if destination is None:
        return []
    return [
        f"{destination.model} does not run on this machine. "
        f"The question and the code of the sources are sent to {destination.host}."
    ]


def about_answer(usage: Usage, checked: CheckedText) -> list[str]:
    """Return notices about a finished answer: truncated text, removed or stale citations, unknown names."""
    notices = []
    if usage.prompt_cut:
        notices.append(
            "The prompt was truncated to the model's context window. "
            "Set a larger llm.contextTokens or a smaller llm.codeTokens."
        )
    if usage.stop_reason == "length":
        notices.append("The answer reached its token limit and is incomplete. Set a larger llm.maxAnswerTokens.")
    if checked.struck:
        numbers = ", ".join(f"[{number}]" for number in checked.struck)
        notices.append(f"Citations of nonexistent sources were removed: {numbers}.")
    stale = [f"[{c.number}]" for c in checked.citations if c.state is not CitationState.CURRENT]
    if stale:
        notices.append(
            f"These sources have changed since they were indexed: {', '.join(stale)}. "
            "Ask again for an answer from the current code."
        )
    unknown = [f"`{mention.name}`" for mention in checked.mentions if mention.location is None]
    if unknown:
        notices.append(f"Not found in the code, so possibly invented: {', '.join(unknown)}.")
    return notices


def _about_vectors(search: SearchResult) -> list[str]:
    if search.mode is SearchMode.KEYWORD and search.chunks:
        why = "the embedding model is still starting or busy" if search.embedded else "nothing is embedded yet"
        return [f"Only keyword search was used: {why}."]
    if search.embedded < search.chunks:
        return [f"{search.coverage:.0%} of the folder is embedded. The rest was searched by keywords only."]
    return []
