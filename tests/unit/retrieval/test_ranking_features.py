"""What names and paths say about a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcewise.retrieval.ranking_features import QuestionWords
from sourcewise.text.words import query_terms


def words(question: str, **weights: float) -> QuestionWords:
    return QuestionWords(question, {word: weights.get(word, 1.0) for word in query_terms(question)})


def test_the_name_with_most_of_the_question_and_little_else_fits_best() -> None:
    asked = words("how is the session pool closed")
    names = ["close", "SessionPool", "SessionPoolFactoryBuilder", "run"]
    assert asked.best_name(names).name == "SessionPool"
    assert asked.best_name(["run"]).fit == 0.0
    assert asked.best_name([]).fit == 0.0


def test_names_are_compared_by_the_roots_of_their_words() -> None:
    assert words("how are requests validated").best_name(["RequestValidator"]).fit > 0.6
    assert words("what does RequestValidator do").best_name(["RequestValidator"]).fit == 1.0


def test_a_word_that_tells_more_counts_more() -> None:
    asked = words("deadlock of the scheduler", deadlock=9.0, scheduler=1.0)
    assert asked.best_name(["scheduler", "deadlock"]).name == "deadlock"


def test_the_name_of_a_file_is_weighed_both_ways() -> None:
    places = words("how are requests routed").places(["a/routing.py", "a/routing_of_other_things.py", "a/main.py"])
    exact, longer, other = places.values()
    assert exact.name_in_question > longer.name_in_question > 0.0
    assert exact.question_in_name == longer.question_in_name > 0.0
    assert other.question_in_name == other.name_in_question == 0.0
    assert exact.words == ("rout",)


def test_a_word_that_all_paths_have_says_little() -> None:
    paths = [f"redis/redis_{name}.c" for name in ("alpha", "beta", "gamma", "delta", "epsilon")]
    places = words("redis gamma").places(paths)
    assert places["redis/redis_gamma.c"].question_in_name > 3 * places["redis/redis_beta.c"].question_in_name


@pytest.mark.parametrize(
    "path",
    ["tests/a.py", "src/test_a.py", "a/conftest.py", "web/a.spec.ts", "lib/a_test.cc", "src/__tests__/a.js", "t/a.t"],
)
def test_tests_are_known_by_their_paths(path: str) -> None:
    assert words("where do users enter").places([path])[path].test
    assert not words("where is it tested").places([path])[path].test


@pytest.mark.parametrize("path", ["src/contest.py", "latest/a.py", "src/attest.rs", "protest/a.py"])
def test_what_only_sounds_like_a_test_is_none(path: str) -> None:
    assert not words("anything").places([path])[path].test


@pytest.mark.parametrize(
    "path", ["examples/a.py", "vendor/a.go", "docs/conf.py", "lib/a_benchmark.cc", "a.pyi", ".agents/skills/a.py"]
)
def test_what_is_not_the_product_is_known_by_its_path(path: str) -> None:
    assert words("where do users enter").places([path])[path].aside


@pytest.mark.parametrize(
    "path", ["README.md", "a/data.json", "CMakeLists.txt", "x/BUILD.bazel", "CHANGES", "conf.yml", ".env"]
)
def test_text_and_data_are_known_by_their_paths(path: str) -> None:
    assert words("where do users enter").places([path])[path].prose
    assert not words("which version has the configuration").places([path])[path].prose


@given(st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_all_evidence_is_between_0_and_1(question: str, paths: list[str]) -> None:
    asked = words(question)
    assert 0.0 <= asked.best_name(paths).fit <= 1.0 + 1e-9
    for place in asked.places(paths).values():
        assert 0.0 <= place.question_in_name <= 1.0 + 1e-9
        assert 0.0 <= place.name_in_question <= 1.0 + 1e-9
        assert 0.0 <= place.depth <= 1.0


def test_a_folder_tells_by_how_much_of_its_name_the_question_has() -> None:
    words = QuestionWords("how are http requests routed", dict.fromkeys(("http", "requests", "routed"), 1.0))
    places = words.places(["http/a.py", "http_client/b.py", "support/c.py", "d.py"])
    assert places["http/a.py"].folder_in_question == 1.0
    assert 0.0 < places["http_client/b.py"].folder_in_question < 1.0
    assert places["support/c.py"].folder_in_question == places["d.py"].folder_in_question == 0.0


def test_depth_is_counted_from_the_shallowest_of_the_files() -> None:
    words = QuestionWords("anything", {})
    places = words.places(["src/main/java/org/a.java", "src/main/java/org/deep/b.java"])
    assert [place.depth for place in places.values()] == [0.0, 0.2]
