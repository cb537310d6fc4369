"""Measures search for follow-up questions, on conversations whose last question has a known answer.

    npm run python -- tests/bench/follow_ups.py --trees DIR [--by keywords|full] [--only TREE …]

`follow_ups.jsonl` contains conversations about trees of the development benchmark: the earlier turns as the panel keeps
them, the follow-up question, a standalone version of it that needs no conversation, and the lines that answer it. Some
questions depend on the conversation; others are independent of it and must not be pulled back to it. Questions with odd
numbers were used to choose the weights; those with even numbers are held out. Prints a Markdown table. Indexes trees
as `sourcewise eval` does, and skips those that are missing in DIR.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from indexed_tree import indexed_tree

from sourcewise.chunking.code_at_cursor import Document, Excerpts
from sourcewise.domain.search import Query, SearchMode, SearchRequest, Turn
from sourcewise.evaluation.search import KnownQuestion, Place, read_questions, scores
from sourcewise.retrieval.follow_up_context import conversation_context, search_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sourcewise.domain.search import SearchResult
    from sourcewise.folder_index.index import Index

    Ask = Callable[[Index, "FollowUp", SearchMode], SearchResult]
    # Maps the way of asking and the question's id to measures.
    Measured = dict[str, dict[str, dict[str, float]]]

_FILE = Path(__file__).with_suffix(".jsonl")
_HITS = 60
_SHOWN = ("MRR@10", "Recall@10", "Span400L")
_HALVES = ("tuned on", "held out")
_CITED = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up question.

    Attributes:
        standalone: the same question, worded so that it needs no conversation.
        query: the question with its earlier turns.
    """

    known: KnownQuestion
    standalone: str
    query: Query

    @property
    def half(self) -> str:
        """Whether the question was used to choose the weights, or held out."""
        return _HALVES[int(self.known.id) % 2 == 0]


def _alone(index: Index, asked: FollowUp, mode: SearchMode) -> SearchResult:
    return index.search(SearchRequest(asked.known.query, _HITS, mode))


def _pasted(index: Index, asked: FollowUp, mode: SearchMode) -> SearchResult:
    return index.search(SearchRequest(f"{asked.known.query}\n{conversation_context(asked.query).text}", _HITS, mode))


def _in_conversation(index: Index, asked: FollowUp, mode: SearchMode) -> SearchResult:
    return index.search(search_request(asked.query, _HITS, mode))


def _standalone(index: Index, asked: FollowUp, mode: SearchMode) -> SearchResult:
    return index.search(SearchRequest(asked.standalone, _HITS, mode))


WAYS: dict[str, Ask] = {
    "the question alone": _alone,
    "the question with the conversation's background appended": _pasted,
    "the question in its conversation": _in_conversation,
    "the standalone question": _standalone,
}


def follow_ups(trees: Path, only: Sequence[str]) -> Iterator[FollowUp]:
    """Yield the questions about trees that exist."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    for known, line in zip(read_questions(_FILE), lines, strict=True):
        if (trees / known.tree).is_dir() and (not only or known.tree in only):
            raw = json.loads(line)
            history = tuple(map(partial(_turn, trees / known.tree), raw["turns"]))
            yield FollowUp(known, raw["standalone"], Query(known.query, history=history))


def _turn(tree: Path, raw: dict[str, Any]) -> Turn:
    cited = dict.fromkeys(int(number) for number in _CITED.findall(raw["answer"]))
    symbols = (_symbol(tree, raw["sources"][number - 1]) for number in cited)
    return Turn(raw["question"], raw["answer"], tuple(filter(None, symbols)))


def _symbol(tree: Path, source: dict[str, Any]) -> str:
    text = (tree / source["path"]).read_text(encoding="utf-8", errors="replace")
    excerpt = Excerpts(Document(source["path"], text)).lines(source["start_line"], source["end_line"])
    return excerpt.symbol if excerpt else ""


def measure(asked: Sequence[FollowUp], trees: Path, mode: SearchMode) -> Measured:
    """Search for each question in each way, and return the measures."""
    measured: Measured = {name: {} for name in WAYS}
    for tree in dict.fromkeys(each.known.tree for each in asked):
        with indexed_tree(trees / tree, mode) as index:
            for name, ask in WAYS.items():
                measured[name] |= {
                    each.known.id: _scored(each, ask(index, each, mode)) for each in asked if each.known.tree == tree
                }
    return measured


def _scored(asked: FollowUp, found: SearchResult) -> dict[str, float]:
    chunks = (passage.chunk for passage in found.passages)
    return scores(asked.known, [Place(chunk.path, chunk.first_line, chunk.last_line) for chunk in chunks])


def rows(asked: Sequence[FollowUp], measured: Measured) -> Iterator[list[str]]:
    """Yield the rows of the result table, with a column for each half of each kind of question."""
    kinds = list(dict.fromkeys(each.known.source for each in asked))
    columns = [(kind, half) for kind in kinds for half in _HALVES]
    ids = [[each.known.id for each in asked if (each.known.source, each.half) == column] for column in columns]
    yield [" / ".join(_SHOWN), *(f"{kind}, {half} ({len(of)})" for (kind, half), of in zip(columns, ids, strict=True))]
    for name, of_way in measured.items():
        yield [name, *(" / ".join(_mean(of_way, of, shown) for shown in _SHOWN) for of in ids)]


def _mean(of_way: dict[str, dict[str, float]], ids: Sequence[str], shown: str) -> str:
    return f"{mean(of_way[i][shown] for i in ids):.3f}".removeprefix("0") if ids else ""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trees", type=Path, required=True)
    parser.add_argument("--by", choices=["keywords", "full"], default="keywords")
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    mode = SearchMode.KEYWORD if options.by == "keywords" else SearchMode.HYBRID
    asked = list(follow_ups(options.trees, options.only))
    table = list(rows(asked, measure(asked, options.trees, mode)))
    table.insert(1, ["---"] * len(table[0]))
    sys.stdout.write("".join(f"| {' | '.join(cells)} |\n" for cells in table))


if __name__ == "__main__":
    main()
