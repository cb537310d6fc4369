"""Values of a search: the question, the request, its scope, and the passages found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sourcewise.domain.file_role import FileRole
from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sourcewise.domain.code import Chunk


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question in the same conversation, and its answer.

    Attributes:
        question: the question.
        answer: the text of the answer.
        symbols: the symbols that the cited sources define.
    """

    question: str
    answer: str
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a search. Different fields are ANDed; the entries of a list are ORed.

    Attributes:
        paths: files and folders to search.
        languages: languages of the files to search.
        kinds: kinds of definitions that a passage must contain or belong to; see Definition.
        roles: roles of the files to search; see FileRole.
        changed_since: a branch, tag or commit; only files that changed since the current branch left it are searched.
    """

    paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    changed_since: str | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class ScopeChoices:
    """The values that a search of a folder can be narrowed to, besides files and folders; most likely first."""

    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    roles: tuple[FileRole, ...]
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question with its scope, its selected code and its conversation.

    Attributes:
        question: the question.
        scope: the scope of its sources.
        excerpt: the lines that the question is about, with the text in the editor; they become the first source.
        history: the conversation so far, oldest turn first.
    """

    question: str
    scope: Scope = EVERYTHING
    excerpt: Chunk | None = None
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """The context of a follow-up question, from its conversation.

    Attributes:
        text: names and words of the conversation.
        weight: the weight of a word of the context; a word of the question has 1.
        refers_back: whether the question refers to the context, so that passages can be relevant by the context alone.
    """

    text: str = ""
    weight: float = 0.0
    refers_back: bool = False


NO_CONTEXT = ConversationContext()


class SearchMode(StrEnum):
    """The searches that find candidates: keywords, vectors or both."""

    HYBRID = "keywords and vectors"
    KEYWORD = "keywords"
    VECTOR = "vectors"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search of one folder: the same value from the command line or the editor down to the ranking.

    Attributes:
        text: the query, in any words.
        top: the maximum number of passages.
        mode: the searches to run.
        scope: the files and definitions to search.
        context: the context from the conversation.
        excerpt: the lines that the text is about, with the text in the editor; they become the first passage.
        open_files: texts of the files that are open in an editor, by path; they replace the indexed texts.
    """

    text: str
    top: int
    mode: SearchMode = SearchMode.HYBRID
    scope: Scope = EVERYTHING
    context: ConversationContext = NO_CONTEXT
    excerpt: Chunk | None = None
    open_files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was retrieved for a question.

    Attributes:
        chunk: the chunk.
        rank: position among the results, from 1.
        score: the score of the ranking; only comparable within one search.
        similarity: cosine similarity with the question in [-1, 1]; None if no vectors were compared.
        reasons: the contributions to the score, or why the passage was found, in words.
        role: the role of its file; `Index` fills it in.
    """

    chunk: Chunk
    rank: int
    score: float
    similarity: float | None = None
    reasons: tuple[str, ...] = ()
    role: FileRole = FileRole.CODE

    @property
    def location(self) -> str:
        """`path:first-last`, for display or a prompt; invisible characters in the path are escaped."""
        return f"{visible(self.chunk.path)}:{self.chunk.first_line}-{self.chunk.last_line}"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages for a question, and how they were found.

    Attributes:
        question: the text of the search.
        passages: the passages, best first.
        mode: the searches that found them.
        chunks: the number of chunks in the index.
        embedded: how many of them had vectors at the time of the search.
        relevant: whether any passage is relevant to the question.
        timings: milliseconds by stage.
        question_vector: the dimensions and the first numbers of the question's embedding, for the trace.
        fully_scanned: whether the folder has been read completely at least once.
        keyword_hits: ids of the chunks found by keywords and names, best first; they are embedded first.
    """

    question: str
    passages: tuple[Passage, ...]
    mode: SearchMode
    chunks: int
    embedded: int
    relevant: bool = True
    timings: dict[str, float] = field(default_factory=dict)
    question_vector: tuple[int, tuple[float, ...]] | None = None
    fully_scanned: bool = True
    keyword_hits: tuple[str, ...] = ()

    @property
    def coverage(self) -> float:
        """The share of chunks that have vectors, 0 to 1."""
        return self.embedded / self.chunks if self.chunks else 0.0
