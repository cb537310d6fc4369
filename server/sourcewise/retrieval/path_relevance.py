"""How much a question seems to be about a file, by the names of the file and its folders alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.retrieval.ranking_features import QuestionWords
from sourcewise.text.words import query_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    Relevance = tuple[float, int, bool]


def path_relevance(question: str, paths: Sequence[str]) -> dict[str, Relevance]:
    """Return a value for each path that is greater the more the question seems to be about its file.

    Names that match the question count first, then the number of its words in the path, then whether the file is
    product code rather than a test, a document or the like.
    """
    words = QuestionWords(question, dict.fromkeys(query_terms(question), 1.0))
    relevance = {}
    for path, place in words.places(paths).items():
        named = place.question_in_name + place.name_in_question + place.folder_in_question
        relevance[path] = named, len(place.words), not (place.test or place.aside or place.prose)
    return relevance
