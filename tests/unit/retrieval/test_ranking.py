"""Scoring: keywords, semantic similarity, names, locations, spread over files, and reasons."""

from __future__ import annotations

import dataclasses

import pytest

from sourcewise.domain.search import SearchRequest
from sourcewise.retrieval.ranking import Candidate, ChunkMetadata, Scorer, rank
from sourcewise.text.words import query_terms


def chunk(identity: str, path: str = "src/app.py", name: str = "run") -> tuple[str, ChunkMetadata]:
    return identity, ChunkMetadata(path, (name,) if name else ())


def near(similarity: float) -> Candidate:
    return Candidate(nearest=True, similarity=similarity)


def order(
    question: str, candidates: dict[str, Candidate], chunks: list[tuple[str, ChunkMetadata]], top: int = 8
) -> list[str]:
    term_weights = dict.fromkeys(query_terms(question), 1.0)
    return [each.chunk_id for each in rank(SearchRequest(question, top), term_weights, candidates, dict(chunks))]


def test_a_chunk_with_keywords_and_similarity_beats_a_chunk_with_either() -> None:
    candidates = {
        "words": Candidate(bm25=9.0, not_nearest=True),
        "similarity": near(0.6),
        "both": Candidate(bm25=8.0, nearest=True, similarity=0.58),
        "last": near(0.3),
    }
    chunks = [chunk(identity, f"{identity}.py") for identity in candidates]
    assert order("anything", candidates, chunks)[0] == "both"


def test_similarity_is_relative_to_the_nearest_chunk_at_any_scale_of_the_model() -> None:
    chunks = [chunk("near", "a.py"), chunk("far", "b.py"), chunk("words", "c.py"), chunk("best words", "d.md")]
    for shift in (0.0, 0.5):
        candidates = {
            "near": near(0.30 + shift),
            "far": near(0.20 + shift),
            "words": Candidate(bm25=2.0, nearest=True, similarity=0.21 + shift),
            "best words": Candidate(bm25=4.0, not_nearest=True),
        }
        assert order("anything", candidates, chunks) == ["near", "words", "far", "best words"]


def test_a_chunk_without_a_vector_is_not_penalized() -> None:
    candidates = {
        "embedded": Candidate(bm25=1.0, nearest=True, similarity=0.5),
        "other": Candidate(nearest=True, similarity=0.2),
        "not yet": Candidate(bm25=9.0),
    }
    assert order("anything", candidates, [chunk(i, f"{i}.py") for i in candidates])[0] == "not yet"


def test_a_definition_that_the_question_names_ranks_first() -> None:
    candidates = {"user": Candidate(bm25=5.0), "definition": Candidate(bm25=4.5)}
    chunks = [chunk("user", "a.py", "main"), chunk("definition", "b.py", "SessionPool")]
    assert order("how does the session pool work", candidates, chunks)[0] == "definition"


def test_a_symbol_written_as_code_counts_more_than_a_matching_name() -> None:
    candidates = {"one": Candidate(bm25=5.0), "asked": Candidate(bm25=5.0, exact_symbols=["Session"])}
    chunks = [chunk("one", "a.py", "Session"), chunk("asked", "b.py", "Session")]
    assert order("what does `Session` do", candidates, chunks)[0] == "asked"


def test_lines_that_the_question_names_rank_first() -> None:
    candidates = {"words": Candidate(bm25=9.0), "frame": Candidate(bm25=5.0, exact_location=1.0)}
    assert order("it fails at a.py:12", candidates, [chunk("words", "b.py"), chunk("frame", "a.py")])[0] == "frame"


def test_named_lines_rank_before_chunks_of_the_same_file_with_more_keywords() -> None:
    candidates = {"words": Candidate(bm25=9.0), "frame": Candidate(bm25=4.0, exact_location=1.0)}
    assert order("it fails at a.py:12", candidates, [chunk("words", "a.py"), chunk("frame", "a.py")])[0] == "frame"


def test_a_file_name_that_many_files_have_decides_little() -> None:
    candidates = {"words": Candidate(bm25=9.0), "named": Candidate(bm25=5.0, exact_location=1 / 20)}
    assert order("it is wrong there", candidates, [chunk("words", "b.py"), chunk("named", "a/index.rst")])[0] == "words"


def test_a_matching_file_name_raises_the_score() -> None:
    candidates = {"far": Candidate(bm25=5.0), "near": Candidate(bm25=4.5)}
    chunks = [chunk("far", "a.py"), chunk("near", "http/routing.py")]
    assert order("how are requests routed", candidates, chunks)[0] == "near"


def test_a_file_with_many_matches_beats_a_file_with_one() -> None:
    candidates = {"mention": Candidate(bm25=5.2)} | {f"a{n}": Candidate(bm25=5.0) for n in range(5)}
    chunks = [chunk("mention", "b.py"), *(chunk(f"a{n}", "a.py") for n in range(5))]
    assert order("anything", candidates, chunks)[0] == "a0"


@pytest.mark.parametrize(
    ("path", "asking"),
    [
        ("checks/login_test.py", "where are the tests of users"),
        ("guide.md", "what does the readme say of users"),
        ("CHANGELOG.md", "what changed in 2.0 for users"),
        ("examples/login.py", "is there an example of how users enter"),
        ("benchmarks/login.py", "which benchmark covers users"),
    ],
)
def test_a_file_that_is_not_product_code_ranks_first_only_if_it_is_asked_for(path: str, asking: str) -> None:
    candidates = {"other": Candidate(bm25=5.0), "code": Candidate(bm25=4.6)}
    chunks = [chunk("other", path, ""), chunk("code", "core.py", "")]
    assert order("where do users enter", candidates, chunks)[0] == "code"
    assert order(asking, candidates, chunks)[0] == "other"


@pytest.mark.parametrize("word", ["test", "config", "json", "html", "version", "build"])
def test_a_common_word_does_not_cancel_the_penalty_of_a_changelog(word: str) -> None:
    candidates = {"changes": Candidate(bm25=5.0), "code": Candidate(bm25=4.5)}
    chunks = [chunk("changes", "docs/CHANGELOG.md", ""), chunk("code", "core.py", "")]
    assert order(f"how is the {word} of users read", candidates, chunks)[0] == "code"


def test_one_file_does_not_fill_the_results() -> None:
    many = [chunk(f"a{n:02}", "a.py") for n in range(20)]
    other = chunk("b", "b.py")
    candidates = {c: near(0.9 - n / 100) for n, (c, _) in enumerate(many)} | {"b": near(0.8)}
    found = order("anything", candidates, [*many, other], top=10)
    assert found[0] == "a00"
    assert "b" in found
    assert len(found) == 10


def test_scores_decrease_by_rank_and_reasons_include_the_penalty() -> None:
    many = [chunk(f"a{n:02}", "a.py") for n in range(5)]
    chunks = dict([*many, chunk("b", "b.py")])
    candidates = {c: near(0.9 - n / 100) for n, c in enumerate(chunks)}
    found = rank(SearchRequest("anything", 6), {}, candidates, chunks)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    second = next(each for each in found if each.chunk_id == "a01")
    assert any(reason.startswith("is not the best match in its file -") for reason in second.reasons)


def test_a_folder_of_one_file_still_fills_the_results() -> None:
    many = [chunk(f"a{n}", "a.py") for n in range(6)]
    candidates = {c: near(0.9 - n / 100) for n, (c, _) in enumerate(many)}
    assert order("anything", candidates, many, top=5) == ["a0", "a1", "a2", "a3", "a4"]


def test_equal_scores_are_ordered_by_id() -> None:
    candidates = {identity: Candidate(bm25=1.0) for identity in ("c", "a", "b")}
    assert order("anything", candidates, [chunk(i, f"{i}.py", "") for i in candidates]) == ["a", "b", "c"]


def test_chunks_missing_from_the_catalog_are_left_out() -> None:
    assert order("anything", {"gone": Candidate(bm25=1.0)}, []) == []


def test_reasons_list_each_contribution_with_its_amount() -> None:
    candidates = {"x": Candidate(bm25=2.0, nearest=True, similarity=0.5, exact_symbols=["Session.get"])}
    term_weights = {"session": 1.0, "get": 1.0, "app": 1.0}
    chunks = dict([chunk("x", "tests/app.py", "get"), chunk("y", "other.py", "")])
    candidates["y"] = Candidate(nearest=True, similarity=0.4)
    [found, _] = rank(SearchRequest("Session.get in the app", 8), term_weights, candidates, chunks)
    contributions = dict(reason.rsplit(" ", 1) for reason in found.reasons)
    assert set(contributions) == {
        "keywords",
        "semantic similarity",
        "defines Session.get",
        "matches symbol get",
        "path contains app",
        "is deeply nested",
        "is a test",
    }
    assert abs(sum(map(float, contributions.values())) - found.score) < 0.05
    assert found.reasons[0].startswith("is a test -")


def test_a_score_is_the_sum_of_the_features_times_the_weights_of_their_names() -> None:
    candidates = {
        "x": Candidate(bm25=2.0, nearest=True, similarity=0.5, exact_symbols=["get"], exact_location=0.5),
        "y": Candidate(bm25=1.0, nearest=True, similarity=0.4),
        "z": Candidate(bm25=1.5, not_nearest=True),
    }
    chunks = dict([chunk("x", "tests/app.py", "get"), chunk("y", "lib/http/app.py", "get_app"), chunk("z", "a.md", "")])
    terms, files = {"get": 1.0, "app": 2.0}, {"tests/app.py": 0.5, "a.md": 0.2}
    scorer = Scorer(SearchRequest("where is get of the app tested", 3), terms, candidates, chunks, files)
    weights = dataclasses.asdict(scorer.weights)
    for role, (unasked, asked) in weights.pop("roles").items():
        weights |= {f"{role}, unasked": unasked, f"{role}, asked": asked}
    for chunk_id in candidates:
        features = scorer.features(chunk_id)
        total = sum(weights.get(name, 0.0) * feature for name, feature in features.items())
        assert scorer.score(chunk_id) == pytest.approx(total)
        assert features.keys() - weights.keys() <= {"code, unasked", "code, asked"}


def test_the_file_summary_decides_between_equal_chunks() -> None:
    chunk_metadata = dict([chunk("one", "a.py"), chunk("two", "b.py"), chunk("three", "c.py")])
    candidates = {identity: Candidate(bm25=5.0) for identity in chunk_metadata}
    ranked = rank(
        SearchRequest("anything", 3), {}, candidates, chunk_metadata, file_similarities={"a.py": 0.55, "b.py": 0.75}
    )
    assert [each.chunk_id for each in ranked] == ["two", "three", "one"], "a file without a summary gets the mean"
    assert "file summary +2.00" in ranked[0].reasons


def test_the_folder_name_decides_between_files_of_the_same_name() -> None:
    candidates = {"one": Candidate(bm25=5.0), "two": Candidate(bm25=5.0)}
    chunks = [chunk("one", "src/facades/request.py", ""), chunk("two", "src/http/request.py", "")]
    assert order("http request headers", candidates, chunks) == ["two", "one"]
