"""Values of a search: the question, the request, its scope, and the passages found."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sourcewise.text.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sourcewise.domain.code import Chunk


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked before in the same conversation, and the text that answered it.

    Attributes:
        symbols: what the sources that the answer cites define.
    """

    question: str
    answer: str
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search is narrowed to: all that is given holds, and of each list any one.

    Attributes:
        paths: files and folders that passages must come from.
        languages: of their files.
        kinds: of a definition that they hold or are a part of; see Definition.
        changed_since: a branch, a tag or a commit; their files must have changed since the work here left it.
    """

    paths: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    changed_since: str | None = None


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class ScopeChoices:
    """What a search of a folder can be narrowed to, besides its files and folders; the likeliest first."""

    languages: tuple[str, ...]
    kinds: tuple[str, ...]
    branches: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, and what it comes with.

    Attributes:
        scope: what its sources must come from.
        excerpt: lines that the question is about, as their editor shows them; they are the first source.
        history: the conversation so far, oldest first.
    """

    question: str
    scope: Scope = EVERYTHING
    excerpt: Chunk | None = None
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationContext:
    """What the conversation before a question was about.

    Attributes:
        text: its names and words.
        weight: of a word of the context; a word of the question has 1.
        refers_back: whether the question refers to it, so that passages may be relevant by the context alone.
    """

    text: str = ""
    weight: float = 0.0
    refers_back: bool = False


NO_CONTEXT = ConversationContext()


class SearchMode(StrEnum):
    """Which searches find candidates: keywords, vectors or both."""

    HYBRID = "keywords and vectors"
    KEYWORD = "keywords"
    VECTOR = "vectors"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search of one folder: the same value from the command line or the editor down to the ranking.

    Attributes:
        text: what to find, in any words.
        top: how many passages to return at most.
        mode: which searches to run.
        scope: where to search.
        context: what the conversation before was about.
        excerpt: lines that the text is about, as their editor shows them; they become the first passage.
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
        rank: from 1.
        score: fused score; only its order means something.
        similarity: cosine with the question in [-1, 1]; None where no vector was compared.
        reasons: why it is here, in words.
    """

    chunk: Chunk
    rank: int
    score: float
    similarity: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def location(self) -> str:
        """`path:first-last`, for a prompt or a person: what is invisible in the path is written out."""
        return f"{visible(self.chunk.path)}:{self.chunk.first_line}-{self.chunk.last_line}"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The passages for a question and how they were found.

    Attributes:
        embedded: chunks that had a vector when it was asked; `chunks` is how many there are.
        relevant: False where nothing found is about the question.
        timings: stage to milliseconds.
        question_vector: the dimensions and the first numbers of the question's embedding, for the trace.
        fully_scanned: False while the folder is read for the first time.
        keyword_hits: ids of the chunks that keywords and names found, best first; they are embedded first.
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
        """The share of chunks that have a vector, 0 to 1."""
        return self.embedded / self.chunks if self.chunks else 0.0
