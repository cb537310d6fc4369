"""Ranking features of names and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from sourcewise.retrieval.ranking_features import FeatureExtractor, PathFeatures
from sourcewise.text.words import query_terms

if TYPE_CHECKING:
    from collections.abc import Iterable


def extractor(question: str, **weights: float) -> FeatureExtractor:
    return FeatureExtractor({word: weights.get(word, 1.0) for word in query_terms(question)})


def path_features(features: FeatureExtractor, paths: Iterable[str]) -> dict[str, PathFeatures]:
    return features.path_features(dict.fromkeys(paths, ""))


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
    paths = ["a/routing.py", "a/routing_of_other_things.py", "a/main.py"]
    features = path_features(extractor("how are requests routed"), paths)
    exact, longer, other = features.values()
    assert exact.file_name_in_query > longer.file_name_in_query > 0.0
    assert exact.query_in_file_name == longer.query_in_file_name > 0.0
    assert other.query_in_file_name == other.file_name_in_query == 0.0
    assert exact.matched_terms == ("rout",)


def test_a_word_in_all_paths_counts_little() -> None:
    paths = [f"redis/redis_{name}.c" for name in ("alpha", "beta", "gamma", "delta", "epsilon")]
    features = path_features(extractor("redis gamma"), paths)
    assert features["redis/redis_gamma.c"].query_in_file_name > 3 * features["redis/redis_beta.c"].query_in_file_name


@given(st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_all_features_are_between_0_and_1(question: str, paths: list[str]) -> None:
    features = extractor(question)
    assert 0.0 <= features.best_symbol(paths).fit <= 1.0 + 1e-9
    for each in path_features(features, paths).values():
        assert 0.0 <= each.query_in_file_name <= 1.0 + 1e-9
        assert 0.0 <= each.file_name_in_query <= 1.0 + 1e-9
        assert 0.0 <= each.depth <= 1.0


def test_a_folder_counts_by_the_share_of_its_name_in_the_question() -> None:
    extractor = FeatureExtractor(dict.fromkeys(("http", "requests", "routed"), 1.0))
    features = path_features(extractor, ["http/a.py", "http_client/b.py", "support/c.py", "d.py"])
    assert features["http/a.py"].folder_name_in_query == 1.0
    assert 0.0 < features["http_client/b.py"].folder_name_in_query < 1.0
    assert features["support/c.py"].folder_name_in_query == features["d.py"].folder_name_in_query == 0.0


def test_depth_is_counted_from_the_shallowest_product_code() -> None:
    paths = ["README.md", "build.gradle", "src/main/java/org/a.java", "src/main/java/org/deep/b.java"]
    assert [each.depth for each in path_features(FeatureExtractor({}), paths).values()] == [0.0, 0.0, 0.0, 0.2]


def test_depth_without_product_code_is_counted_from_the_shallowest_file() -> None:
    features = path_features(FeatureExtractor({}), ["docs/a.md", "docs/guide/b.md"])
    assert [each.depth for each in features.values()] == [0.0, 0.2]
