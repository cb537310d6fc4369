"""Scoring: words and meaning, names and places, spread over files, reasons."""

from __future__ import annotations

from sourcewise.domain.search import SearchRequest
from sourcewise.retrieval.ranking import Candidate, ChunkMetadata, rank
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


def test_a_chunk_with_words_and_meaning_beats_one_with_either() -> None:
    candidates = {
        "words": Candidate(bm25=9.0, not_nearest=True),
        "meaning": near(0.6),
        "both": Candidate(bm25=8.0, nearest=True, similarity=0.58),
        "last": near(0.3),
    }
    chunks = [chunk(identity, f"{identity}.py") for identity in candidates]
    assert order("anything", candidates, chunks)[0] == "both"


def test_meaning_is_relative_to_what_is_nearest_whatever_scale_a_model_has() -> None:
    chunks = [chunk("near", "a.py"), chunk("far", "b.py"), chunk("words", "c.py")]
    for shift in (0.0, 0.5):
        candidates = {
            "near": near(0.30 + shift),
            "far": near(0.20 + shift),
            "words": Candidate(bm25=2.0, nearest=True, similarity=0.21 + shift),
        }
        assert order("anything", candidates, chunks) == ["near", "words", "far"]


def test_what_is_not_embedded_yet_is_not_held_against_it() -> None:
    candidates = {
        "embedded": Candidate(bm25=1.0, nearest=True, similarity=0.5),
        "other": Candidate(nearest=True, similarity=0.2),
        "not yet": Candidate(bm25=9.0),
    }
    assert order("anything", candidates, [chunk(i, f"{i}.py") for i in candidates])[0] == "not yet"


def test_a_definition_that_the_question_names_comes_first() -> None:
    candidates = {"user": Candidate(bm25=5.0), "definition": Candidate(bm25=4.5)}
    chunks = [chunk("user", "a.py", "main"), chunk("definition", "b.py", "SessionPool")]
    assert order("how does the session pool work", candidates, chunks)[0] == "definition"


def test_what_is_written_as_code_tells_more_than_a_name_alone() -> None:
    candidates = {"one": Candidate(bm25=5.0), "asked": Candidate(bm25=5.0, exact_symbols=["Session"])}
    chunks = [chunk("one", "a.py", "Session"), chunk("asked", "b.py", "Session")]
    assert order("what does `Session` do", candidates, chunks)[0] == "asked"


def test_lines_that_the_question_names_come_first() -> None:
    candidates = {"words": Candidate(bm25=9.0), "frame": Candidate(bm25=5.0, exact_location=True)}
    assert order("it fails at a.py:12", candidates, [chunk("words", "b.py"), chunk("frame", "a.py")])[0] == "frame"


def test_lines_that_the_question_names_come_first_also_where_others_of_the_file_have_more_of_its_words() -> None:
    candidates = {"words": Candidate(bm25=9.0), "frame": Candidate(bm25=4.0, exact_location=True)}
    assert order("it fails at a.py:12", candidates, [chunk("words", "a.py"), chunk("frame", "a.py")])[0] == "frame"


def test_a_name_of_a_file_that_says_what_is_asked_counts() -> None:
    candidates = {"far": Candidate(bm25=5.0), "near": Candidate(bm25=4.5)}
    chunks = [chunk("far", "a.py"), chunk("near", "http/routing.py")]
    assert order("how are requests routed", candidates, chunks)[0] == "near"


def test_a_file_that_is_about_it_throughout_beats_one_that_mentions_it() -> None:
    candidates = {"mention": Candidate(bm25=5.2)} | {f"a{n}": Candidate(bm25=5.0) for n in range(5)}
    chunks = [chunk("mention", "b.py"), *(chunk(f"a{n}", "a.py") for n in range(5))]
    assert order("anything", candidates, chunks)[0] == "a0"


def test_tests_come_later_unless_they_are_asked_for() -> None:
    candidates = {"test": Candidate(bm25=5.0), "code": Candidate(bm25=4.9)}
    chunks = [chunk("test", "checks/login_test.py"), chunk("code", "checks/core.py")]
    assert order("where do users enter", candidates, chunks)[0] == "code"
    assert order("where is the test of users", candidates, chunks)[0] == "test"


def test_prose_comes_later_unless_it_is_asked_for() -> None:
    candidates = {"prose": Candidate(bm25=5.0), "code": Candidate(bm25=4.8)}
    chunks = [chunk("prose", "guide.md"), chunk("code", "core.py")]
    assert order("where do users enter", candidates, chunks)[0] == "code"
    assert order("where does the readme say it", candidates, chunks)[0] == "prose"


def test_one_file_does_not_fill_the_list() -> None:
    many = [chunk(f"a{n:02}", "a.py") for n in range(20)]
    other = chunk("b", "b.py")
    candidates = {c: near(0.9 - n / 100) for n, (c, _) in enumerate(many)} | {"b": near(0.8)}
    found = order("anything", candidates, [*many, other], top=10)
    assert found[0] == "a00"
    assert "b" in found
    assert len(found) == 10


def test_scores_fall_from_rank_to_rank_and_say_what_was_deducted() -> None:
    many = [chunk(f"a{n:02}", "a.py") for n in range(5)]
    chunks = dict([*many, chunk("b", "b.py")])
    candidates = {c: near(0.9 - n / 100) for n, c in enumerate(chunks)}
    found = rank(SearchRequest("anything", 6), {}, candidates, chunks)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    second = next(each for each in found if each.chunk_id == "a01")
    assert any(reason.startswith("is not the best of its file -") for reason in second.reasons)


def test_a_folder_of_one_file_still_fills_the_list() -> None:
    many = [chunk(f"a{n}", "a.py") for n in range(6)]
    candidates = {c: near(0.9 - n / 100) for n, (c, _) in enumerate(many)}
    assert order("anything", candidates, many, top=5) == ["a0", "a1", "a2", "a3", "a4"]


def test_the_same_score_is_ordered_by_id() -> None:
    candidates = {identity: Candidate(bm25=1.0) for identity in ("c", "a", "b")}
    assert order("anything", candidates, [chunk(i, f"{i}.py", "") for i in candidates]) == ["a", "b", "c"]


def test_chunks_that_the_catalog_lost_are_left_out() -> None:
    assert order("anything", {"gone": Candidate(bm25=1.0)}, []) == []


def test_every_passage_says_why_and_how_much_it_counts() -> None:
    candidates = {"x": Candidate(bm25=2.0, nearest=True, similarity=0.5, exact_symbols=["Session.get"])}
    term_weights = {"session": 1.0, "get": 1.0, "app": 1.0}
    chunks = dict([chunk("x", "tests/app.py", "get"), chunk("y", "other.py", "")])
    candidates["y"] = Candidate(nearest=True, similarity=0.4)
    [found, _] = rank(SearchRequest("Session.get in the app", 8), term_weights, candidates, chunks)
    contributions = dict(reason.rsplit(" ", 1) for reason in found.reasons)
    assert set(contributions) == {
        "keywords",
        "meaning",
        "defines Session.get",
        "is about get",
        "path has app",
        "is deep in folders",
        "is a test",
    }
    assert abs(sum(map(float, contributions.values())) - found.score) < 0.05
    assert found.reasons[0].startswith("meaning")


def test_of_equal_chunks_the_one_in_the_file_that_is_about_the_question_comes_first() -> None:
    chunk_metadata = dict([chunk("one", "a.py"), chunk("two", "b.py"), chunk("three", "c.py")])
    candidates = {identity: Candidate(bm25=5.0) for identity in chunk_metadata}
    ranked = rank(
        SearchRequest("anything", 3), {}, candidates, chunk_metadata, file_similarities={"a.py": 0.55, "b.py": 0.75}
    )
    assert [each.chunk_id for each in ranked] == ["two", "three", "one"], "what is unknown is taken to be usual"
    assert "what the file is about +2.00" in ranked[0].reasons


def test_of_files_with_the_same_name_the_one_whose_folder_the_question_names_comes_first() -> None:
    candidates = {"one": Candidate(bm25=5.0), "two": Candidate(bm25=5.0)}
    chunks = [chunk("one", "src/facades/request.py", ""), chunk("two", "src/http/request.py", "")]
    assert order("http request headers", candidates, chunks) == ["two", "one"]
