"""Keyword search finds chunks by words, their parts and inflections, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from catalog_samples import chunk, found, put

from sourcewise.storage.chunk_filter import ChunkFilter

if TYPE_CHECKING:
    from sourcewise.storage.catalog import Catalog


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
    assert [chunk_id for chunk_id, _ in hits] == [symbol.id, body.id]
    assert hits[0][1] > hits[1][1] > 0


def test_rare_words_decide_if_frequent_ones_are_everywhere(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcewise.storage.keyword_index._SCORED_CHUNKS", 3)
    parts = [chunk("a.py", f"self value{n} " + ("zebra" if n < 2 else "horse"), position=n, total=9) for n in range(9)]
    best = chunk("b.py", "self zebra")
    put(catalog, "a.py", *parts)
    put(catalog, "b.py", best)
    assert catalog.keywords.search(["self", "unknown", "zebra"], 1)[0][0] == best.id
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
