"""Ranking features of names and paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcewise.retrieval.ranking_features import FeatureExtractor
from sourcewise.text.words import query_terms


def extractor(question: str, **weights: float) -> FeatureExtractor:
    return FeatureExtractor(question, {word: weights.get(word, 1.0) for word in query_terms(question)})


def test_the_name_with_most_words_of_the_question_and_few_others_matches_best() -> None:
    features = extractor("how is the session pool closed")
    names = ["close", "SessionPool", "SessionPoolFactoryBuilder", "run"]
    assert features.best_symbol(names).name == "SessionPool"
    assert features.best_symbol(["run"]).fit == 0.0
    assert features.best_symbol([]).fit == 0.0


def test_names_are_compared_by_the_roots_of_their_words() -> None:
    assert extractor("how are requests validated").best_symbol(["RequestValidator"]).fit > 0.6
    assert extractor("what does RequestValidator do").best_symbol(["RequestValidator"]).fit == 1.0


def test_a_word_with_a_greater_weight_counts_more() -> None:
    features = extractor("deadlock of the scheduler", deadlock=9.0, scheduler=1.0)
    assert features.best_symbol(["scheduler", "deadlock"]).name == "deadlock"


def test_a_file_name_is_compared_in_both_directions() -> None:
    features = extractor("how are requests routed").path_features(
        ["a/routing.py", "a/routing_of_other_things.py", "a/main.py"]
    )
    exact, longer, other = features.values()
    assert exact.file_name_in_query > longer.file_name_in_query > 0.0
    assert exact.query_in_file_name == longer.query_in_file_name > 0.0
    assert other.query_in_file_name == other.file_name_in_query == 0.0
    assert exact.matched_terms == ("rout",)


def test_a_word_in_all_paths_counts_little() -> None:
    paths = [f"redis/redis_{name}.c" for name in ("alpha", "beta", "gamma", "delta", "epsilon")]
    features = extractor("redis gamma").path_features(paths)
    assert features["redis/redis_gamma.c"].query_in_file_name > 3 * features["redis/redis_beta.c"].query_in_file_name


@pytest.mark.parametrize(
    "path",
    ["tests/a.py", "src/test_a.py", "a/conftest.py", "web/a.spec.ts", "lib/a_test.cc", "src/__tests__/a.js", "t/a.t"],
)
def test_tests_are_recognized_by_their_paths(path: str) -> None:
    assert extractor("where do users enter").path_features([path])[path].test
    assert not extractor("where is it tested").path_features([path])[path].test


@pytest.mark.parametrize("path", ["src/contest.py", "latest/a.py", "src/attest.rs", "protest/a.py"])
def test_a_path_that_only_contains_the_letters_of_test_is_not_a_test(path: str) -> None:
    assert not extractor("anything").path_features([path])[path].test


@pytest.mark.parametrize(
    "path", ["examples/a.py", "vendor/a.go", "docs/conf.py", "lib/a_benchmark.cc", "a.pyi", ".agents/skills/a.py"]
)
def test_non_product_code_is_recognized_by_its_path(path: str) -> None:
    assert extractor("where do users enter").path_features([path])[path].non_product


@pytest.mark.parametrize(
    "path", ["README.md", "a/data.json", "CMakeLists.txt", "x/BUILD.bazel", "CHANGES", "conf.yml", ".env"]
)
def test_text_and_data_are_recognized_by_their_paths(path: str) -> None:
    assert extractor("where do users enter").path_features([path])[path].non_code
    assert not extractor("which version has the configuration").path_features([path])[path].non_code


@given(st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_all_features_are_between_0_and_1(question: str, paths: list[str]) -> None:
    features = extractor(question)
    assert 0.0 <= features.best_symbol(paths).fit <= 1.0 + 1e-9
    for each in features.path_features(paths).values():
        assert 0.0 <= each.query_in_file_name <= 1.0 + 1e-9
        assert 0.0 <= each.file_name_in_query <= 1.0 + 1e-9
        assert 0.0 <= each.depth <= 1.0


def test_a_folder_counts_by_the_share_of_its_name_in_the_question() -> None:
    extractor = FeatureExtractor("how are http requests routed", dict.fromkeys(("http", "requests", "routed"), 1.0))
    features = extractor.path_features(["http/a.py", "http_client/b.py", "support/c.py", "d.py"])
    assert features["http/a.py"].folder_name_in_query == 1.0
    assert 0.0 < features["http_client/b.py"].folder_name_in_query < 1.0
    assert features["support/c.py"].folder_name_in_query == features["d.py"].folder_name_in_query == 0.0


def test_depth_is_counted_from_the_shallowest_file() -> None:
    extractor = FeatureExtractor("anything", {})
    features = extractor.path_features(["src/main/java/org/a.java", "src/main/java/org/deep/b.java"])
    assert [each.depth for each in features.values()] == [0.0, 0.2]
