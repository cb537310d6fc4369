from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcewise.storage.catalog_schema import SCHEMA_VERSION
from sourcewise.text.words import (
    MAX_TERMS,
    has_only_stop_words,
    identifier_words,
    identifiers_in,
    query_terms,
    root,
    weighted_terms,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parseConfig", "parseconfig parse config"),
        ("parse_config_file", "parse_config_file parse config file"),
        ("HTTPServer", "httpserver http server"),
        ("getHTTPResponseCode", "gethttpresponsecode get http response code"),
        ("MAX_SIZE", "max_size max size"),
        ("sha256", "sha256 sha 256"),
        ("retry-after", "retry-after retry after"),
        ("__init__", "__init__ init"),
        ("_private", "_private private"),
        ("x1", "x1"),
        ("plain words", "plain words"),
        ("os.path.join(a, b)", "os path join a b"),
        ("Straße größe", "straße größe"),
        ("naïveParser", "naïveparser naïve parser"),
        ("数据库", "数据 据库"),
        ("", ""),
        ("+-*/ (){}", ""),
    ],
)
def test_words_of_identifiers_are_whole_and_split(text: str, words: str) -> None:
    assert identifier_words(text) == words


def test_repeated_words_are_kept_because_ranking_uses_their_frequency() -> None:
    assert identifier_words("token token") == "token token"


def test_encoded_data_is_not_split() -> None:
    assert identifier_words("aB3" * 40) == "ab3" * 40


def test_a_change_of_the_words_requires_a_new_schema_version() -> None:
    sample = (
        "def parseHTTP_header2(raw: bytes) -> dict[str, str]:  "
        "# RFC-9110, naïve größe 数据 retry-after x1 sha256 __init__ 读取parse_config文件 ﾊﾟｰｻｰ 설정을 การตั้งค่า"
    )
    digest = hashlib.blake2b(identifier_words(sample).encode(), digest_size=8).hexdigest()
    assert (SCHEMA_VERSION, digest) == (3, "e7f5af70a34c10b8")


def test_stop_words_of_questions_are_removed() -> None:
    assert query_terms("How does the login work, and which tokens does it use?") == ("login", "tokens", "use")


@pytest.mark.parametrize(("question", "nothing"), [("But why?", True), ("", True), ("But why hashed?", False)])
def test_a_question_of_stop_words_has_only_stop_words(question: str, nothing: bool) -> None:
    assert has_only_stop_words(question) is nothing


def test_terms_of_identifiers_are_whole_and_split() -> None:
    assert query_terms("Where is parseConfig called?") == ("parseconfig", "parse", "config", "called")


def test_terms_are_not_repeated() -> None:
    assert query_terms("cache Cache CACHE cache_size") == ("cache", "cache_size", "size")


def test_a_question_of_only_stop_words_keeps_them() -> None:
    assert query_terms("How does it work?") == ("how", "does", "it", "work")


@pytest.mark.parametrize("question", ["", "   ", "?!", "---"])
def test_text_without_words_has_no_terms(question: str) -> None:
    assert query_terms(question) == ()


def test_a_long_question_keeps_its_identifiers_in_order() -> None:
    filler = " ".join(f"w{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(200))
    terms = query_terms(f"{filler} read_db {filler} interoperability zz")
    assert len(terms) == MAX_TERMS
    assert terms[-3:] == ("read_db", "read", "interoperability")


@given(st.text(max_size=300))
def test_a_question_with_words_has_terms_but_never_too_many(question: str) -> None:
    terms = query_terms(question)
    assert bool(terms) == bool(identifier_words(question))
    assert len(terms) <= MAX_TERMS
    assert all(term and not any(character.isspace() for character in term) for term in terms)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What does `chunk` do?", ("chunk",)),
        ("What does `foo(bar, baz)` return?", ("foo",)),
        ("Who calls parse_config?", ("parse_config",)),
        ("Explain CodeMiner and HTTPServer", ("CodeMiner", "HTTPServer")),
        ("Where is Catalog.close defined?", ("Catalog.close",)),
        ("How does std::vector grow?", ("std::vector",)),
        ("what is run() for", ("run",)),
        ("Is __init__ slow?", ("__init__",)),
        ("compare mine_all with mine_all", ("mine_all",)),
        ("What does `empty?` do, and `save!`?", ("empty?", "save!")),
        ("Who calls `insert'` and `operator<<(os, x)`?", ("insert'", "operator<<")),
        ("Where is `Account#withdraw!` used?", ("Account#withdraw!",)),
        ("What does $reset do?", ("$reset",)),
        ("When is save! called", ("save!",)),
        ("Why! And how? It costs $5.", ()),
        ("How does the login work?", ()),
        ("Python 3.11, e.g. or i.e. this", ()),
        ("It works. Then it fails (sometimes).", ()),
        ("empty `` quotes and `42`", ()),
    ],
)
def test_code_in_a_question_is_recognised(question: str, names: tuple[str, ...]) -> None:
    assert identifiers_in(question) == names


@pytest.mark.parametrize(
    "relatives",
    [
        ("router", "routers", "routing", "route", "routes", "routed"),
        ("validate", "validator", "validators", "validation", "validating"),
        ("format", "formats", "formatter", "formatting", "formatted"),
        ("dispatch", "dispatcher", "dispatching"),
        ("serialize", "serializer", "serialization", "serializing"),
        ("query", "queries"),
        ("cookie", "cookies"),
    ],
)
def test_related_words_have_the_same_root(relatives: tuple[str, ...]) -> None:
    assert len(set(map(root, relatives))) == 1


@pytest.mark.parametrize(("one", "other"), [("request", "require"), ("content", "context"), ("class", "clasp")])
def test_unrelated_words_have_different_roots(one: str, other: str) -> None:
    assert root(one) != root(other)


@pytest.mark.parametrize("word", ["", "s", "es", "ing", "is", "url", "größen", "_x_"])
def test_every_word_has_a_root(word: str) -> None:
    assert len(root(word)) >= min(len(word), 3)


def test_the_rarest_words_of_a_long_question_have_the_highest_weights() -> None:
    filler = " ".join(f"common{number}" for number in range(200))
    rare = {"deadlock": 9.0, "scheduler": 8.0}
    weights = weighted_terms(
        f"{filler} deadlock {filler} scheduler", lambda words: {w: rare.get(w, 1.0) for w in words}
    )
    assert len(weights) == MAX_TERMS
    assert weights["deadlock"] == 9.0
    assert weights["scheduler"] == 8.0


def test_a_long_question_keeps_the_words_that_it_repeats() -> None:
    words = [f"word{number}" for number in range(100)]
    weights = weighted_terms(" ".join([*words, *(["word99"] * 5)]), lambda asked: dict.fromkeys(asked, 2.0))
    assert "word99" in weights


def test_words_unknown_to_the_index_are_kept_while_there_is_room() -> None:
    weights = weighted_terms("unknown words here", lambda asked: dict.fromkeys(asked, 0.0))
    assert set(weights) == {"unknown", "words"}
