"""Keyword search finds chunks by words, their parts and inflections, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalog_samples import chunk, found, put

from sourcewise.storage.chunk_filter import ChunkFilter
from sourcewise.text.words import query_terms, search_term

if TYPE_CHECKING:
    from sourcewise.storage.catalog import Catalog

# A sample of letters of scripts without spaces.
BLOCKS = (
    *(range(0x3041, 0x3097), range(0x30A1, 0x30FB), range(0x4E00, 0x9FFF, 97), range(0x3400, 0x4DB5, 97)),
    *(range(0xAC00, 0xD7A4, 97), range(0x20000, 0x2A6D6, 997), range(0x3105, 0x312D)),
)


def test_parts_of_identifiers_and_inflections_are_found(catalog: Catalog) -> None:
    body = chunk("net/http_client.py", "def parseResponseHeaders(): ...")
    put(catalog, body.path, body)
    for term in ("response", "header", "parsing", "parseresponseheaders", "client", "http_client"):
        assert found(catalog, term) == [body.id], term
    assert found(catalog, "request") == []


def test_a_hit_in_the_symbol_ranks_above_hits_in_the_body(catalog: Catalog) -> None:
    body = chunk("a.py", "token token token other words here")
    symbol = chunk("b.py", "other words here and some more of them", symbol="token")
    put(catalog, "a.py", body)
    put(catalog, "b.py", symbol)
    hits = catalog.keywords.search(["token"], 10)
    assert [(hit.chunk_id, hit.path) for hit in hits] == [(symbol.id, "b.py"), (body.id, "a.py")]
    assert hits[0].score > hits[1].score > 0


def test_rare_words_decide_if_frequent_ones_are_everywhere(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.storage.keyword_index._SCORED_CHUNKS", 3)
    parts = [chunk("a.py", f"self value{n} " + ("zebra" if n < 2 else "horse"), position=n, total=9) for n in range(9)]
    best = chunk("b.py", "self zebra")
    put(catalog, "a.py", *parts)
    put(catalog, "b.py", best)
    assert catalog.keywords.search(["self", "unknown", "zebra"], 1)[0].chunk_id == best.id
    assert set(found(catalog, "self", "zebra")) >= {best.id, parts[0].id, parts[1].id}
    assert len(found(catalog, "self", "zebra")) == 10
    assert len(found(catalog, "self")) == 10
    assert len(found(catalog, "unknown", "self")) == 10


def test_more_terms_rank_higher_and_the_limit_holds(catalog: Catalog) -> None:
    for name, text in (("a", "alpha"), ("b", "alpha beta"), ("c", "gamma"), ("d", "delta")):
        put(catalog, name, chunk(name, text))
    assert found(catalog, "alpha", "beta")[0] == chunk("b", "alpha beta").id
    assert len(catalog.keywords.search(["alpha", "gamma", "delta"], 2)) == 2


@pytest.mark.parametrize(
    "term",
    [
        '"',
        '""',
        "'",
        "*",
        "a*",
        "NEAR(a b)",
        "OR",
        "AND NOT",
        "body:alpha",
        "(",
        ")",
        "^alp",
        "-",
        "",
        "\0",
        "a\0b",
        "💥",
    ],
)
def test_no_term_is_parsed_as_query_syntax(catalog: Catalog, term: str) -> None:
    body = chunk("z.py", "alpha")
    put(catalog, "z.py", body)
    assert catalog.keywords.search([term], 5) == []
    assert found(catalog, term, "alpha") == [body.id]


def test_rare_words_have_a_high_inverse_document_frequency(catalog: Catalog) -> None:
    put(catalog, "a.py", *(chunk("a.py", f"self value{n}", position=n, total=9) for n in range(9)))
    put(catalog, "b.py", chunk("b.py", "self zebra"))
    frequency = catalog.keywords.inverse_document_frequency(["self", "zebra", "unknown", '"', "zebras"])
    assert frequency["zebra"] == frequency["zebras"] > frequency["self"] > 0.0
    assert frequency["unknown"] == frequency['"'] == 0.0


def test_the_frequency_of_common_words_is_estimated(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    put(catalog, "a.py", *(chunk("a.py", f"self v{n} {'half' * (n % 2)}", position=n, total=200) for n in range(200)))
    counted = catalog.keywords.inverse_document_frequency(["self", "half"])
    monkeypatch.setattr("sourcewise.storage.keyword_index._COUNTED_CHUNKS", 20)
    estimated = catalog.keywords.inverse_document_frequency(["self", "half"])
    assert estimated == pytest.approx(counted, abs=0.2)


def test_the_most_frequent_words_are_ignored_if_there_are_rarer_ones(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sourcewise.storage.keyword_index._SCORED_CHUNKS", 2)
    monkeypatch.setattr("sourcewise.storage.keyword_index._WEIGHED_CHUNKS", 8)
    put(catalog, "a.py", *(chunk("a.py", f"self value{n}", position=n, total=20) for n in range(20)))
    put(catalog, "b.py", *(chunk("b.py", f"zebra number{n}", position=n, total=4) for n in range(4)))
    hits = catalog.keywords.search(["self", "zebra", "number3"], 1)
    assert len(hits) == 1
    assert len(catalog.keywords.search(["self", "zebra", "number3"], 2)) == 2
    assert len(catalog.keywords.search(["self"], 30)) == 20


def test_no_terms_find_nothing(catalog: Catalog) -> None:
    put(catalog, "a.py", chunk("a.py", "alpha"))
    assert catalog.keywords.search([], 5) == []


def test_the_limit_counts_only_chunks_that_pass_the_filter(catalog: Catalog) -> None:
    for number in range(50):
        put(catalog, f"many/{number}.py", chunk(f"many/{number}.py", "needle needle needle"))
    put(catalog, "few/one.py", chunk("few/one.py", "a long text in which there is one needle somewhere"))
    assert len(catalog.keywords.search(["needle"], 1, ChunkFilter(("few/",)))) == 1


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("# 解析配置文件", "配置文件在哪里解析"),
        ("# 設定ファイルを読み込む", "設定を読むファイル"),
        ("# ﾃﾞｰﾀﾍﾞｰｽに保存", "データベース"),
        ("# 설정 파일을 읽습니다", "설정파일은 어디서 읽나요"),
        ("# อ่านไฟล์การตั้งค่า", "การตั้งค่าอยู่ที่ไหน"),
        ("# ອ່ານໄຟລ໌ການຕັ້ງຄ່າ", "ການຕັ້ງຄ່າ"),
        ("# អានការកំណត់", "ការកំណត់"),
        ("# ဆက်တင်များကိုဖတ်ပါ", "ဆက်တင်"),
        ("# 調用parseConfig函數", "parseConfig在哪裡"),
        ("# İstanbul'da ısı ölçümü", "İSTANBUL ısı"),  # noqa: RUF001
        ("# Fehler der Donaudampfschifffahrtsgesellschaft", "Donaudampfschifffahrtsgesellschaft"),
    ],
)
def test_words_of_every_script_are_found(catalog: Catalog, text: str, question: str) -> None:
    put(catalog, "a.py", chunk("a.py", text))
    put(catalog, "b.py", chunk("b.py", "# other words, 別の言葉, 别的, 다른, อื่น"))
    assert found(catalog, *query_terms(question)) == [chunk("a.py", text).id]


def test_the_index_keeps_every_letter_of_scripts_without_spaces(catalog: Catalog) -> None:
    letters = [first + "本" for block in BLOCKS for first in map(chr, block) if first.isalpha()]
    put(catalog, "a.py", chunk("a.py", " ".join(letters)))
    assert [letter for letter in letters if not found(catalog, *query_terms(letter))] == []


def test_a_name_in_such_a_script_is_found_as_a_phrase(catalog: Catalog) -> None:
    named = chunk("a.py", "# 先获取用户信息")
    put(catalog, "a.py", named)
    put(catalog, "b.py", chunk("b.py", "# 用户取消,获取失败"))
    assert found(catalog, search_term("获取用户")) == [named.id]


def test_the_files_with_a_word_are_listed_once(catalog: Catalog) -> None:
    put(catalog, "b.py", chunk("b.py", "run()"), chunk("b.py", "run(2)", 9))
    put(catalog, "a.py", chunk("a.py", "def run_all(): run()"))
    put(catalog, "c.py", chunk("c.py", "walk()"))
    assert catalog.keywords.paths(search_term("run"), 10) == ["a.py", "b.py"]
    assert catalog.keywords.paths(search_term("run"), 1) in (["a.py"], ["b.py"])
    assert catalog.keywords.paths(search_term("<<"), 10) == []
