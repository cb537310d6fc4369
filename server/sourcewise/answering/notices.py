"""The sentences beside an answer that its reader must see: what limited the search, the prompt or the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.domain.answer import CitationState
from sourcewise.domain.search import SearchMode

if TYPE_CHECKING:
    from sourcewise.answering.citations import CheckedText
    from sourcewise.domain.answer import Destination, Usage
    from sourcewise.domain.search import SearchResult


def about_search(search: SearchResult) -> list[str]:
    """Return notices about what the search could not cover yet."""
    unread = (
        [] if search.fully_scanned else ["The folder is still being read: only what was read so far could be found."]
    )
    return unread + _about_vectors(search)


def about_destination(destination: Destination | None) -> list[str]:
    """Return a notice where the prompt leaves this machine."""
    if destination is None:
        return []
    return [
        f"{destination.model} does not run on this machine: "
        f"the question and the code of the sources are sent to {destination.host}."
    ]


def about_answer(usage: Usage, checked: CheckedText) -> list[str]:
    """Return notices about a finished answer: cut text, struck or stale citations, unknown names."""
    notices = []
    if usage.prompt_cut:
        notices.append("The model's window cut the prompt. Set a larger llm.contextTokens or a smaller llm.codeTokens.")
    if usage.stop_reason == "length":
        notices.append("The answer reached its longest length and ends early. Set a larger llm.maxAnswerTokens.")
    if checked.struck:
        numbers = ", ".join(f"[{number}]" for number in checked.struck)
        notices.append(f"Citations that name no source were removed: {numbers}.")
    stale = [f"[{c.number}]" for c in checked.citations if c.state is not CitationState.CURRENT]
    if stale:
        notices.append(f"These sources have changed since they were indexed: {', '.join(stale)}. Ask again to be sure.")
    unknown = [f"`{mention.name}`" for mention in checked.mentions if mention.location is None]
    if unknown:
        notices.append(f"Not found in the code, so possibly invented: {', '.join(unknown)}.")
    return notices


def _about_vectors(search: SearchResult) -> list[str]:
    if search.mode is SearchMode.KEYWORD and search.chunks:
        why = "the embedding model is still starting or busy" if search.embedded else "nothing is embedded yet"
        return [f"Keyword search alone served: {why}."]
    if search.embedded < search.chunks:
        return [f"{search.coverage:.0%} of the folder is embedded; keyword search served the rest."]
    return []
