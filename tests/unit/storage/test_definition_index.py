"""Definitions are found by plain and qualified names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from catalog_samples import chunk, put

from sourcewise.domain.code import Definition

if TYPE_CHECKING:
    from sourcewise.storage.catalog import Catalog


def test_definitions_of_an_unchanged_chunk_move_with_its_lines(catalog: Catalog) -> None:
    body = chunk("a.py", "def f(): ...", definitions=(Definition("f", "function", 1, 1),))
    put(catalog, "a.py", body)
    moved = replace(body, first_line=5, last_line=5, definitions=(Definition("f", "function", 5, 5),))
    put(catalog, "a.py", moved)
    assert [place.definition.first_line for place in catalog.definitions.find(["f"], 9)] == [5]


@pytest.mark.parametrize(
    "name", ["Load", "load", "Store.load", "store.LOAD", "pkg.Store.load", "Store::load", "Store#load"]
)
def test_a_definition_is_found_by_any_of_its_names(catalog: Catalog, name: str) -> None:
    definition = Definition("load", "method", 1, 1, ("pkg", "Store"), "def load()")
    body = chunk("a.py", "def load(): ...", definitions=(definition,))
    put(catalog, "a.py", body)
    assert catalog.definitions.find([name], 5) == [(body.id, "a.py", definition)]


@pytest.mark.parametrize("name", ["loa", "re.load", "Other.load", "tore.load", "", ".", "load.Store"])
def test_a_definition_is_not_found_by_other_names(catalog: Catalog, name: str) -> None:
    put(catalog, "a.py", chunk("a.py", "x", definitions=(Definition("load", "method", 1, 1, ("pkg", "Store")),)))
    assert catalog.definitions.find([name], 5) == []


def test_a_heading_that_contains_a_dot_is_found(catalog: Catalog) -> None:
    put(catalog, "a.md", chunk("a.md", "# 3.1 Setup", definitions=(Definition("3.1 Setup", "section", 1, 1),)))
    assert len(catalog.definitions.find(["3.1 setup"], 5)) == 1


def test_exact_case_matches_come_first_and_the_limit_holds(catalog: Catalog) -> None:
    for path, name in (("a.py", "store"), ("b.py", "Store"), ("c.py", "STORE")):
        put(catalog, path, chunk(path, name, definitions=(Definition(name, "class", 1, 1),)))
    assert [place.definition.name for place in catalog.definitions.find(["Store"], 2)] == ["Store", "store"]
