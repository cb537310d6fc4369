"""Places among the keyword candidates for the kind of file that a question asks for."""

from __future__ import annotations

from sourcewise.domain.file_role import FileRole
from sourcewise.retrieval.role_quota import with_role_quota
from sourcewise.storage.keyword_index import KeywordHit

CODE = frozenset({FileRole.CODE})


def hits(*paths: str) -> list[KeywordHit]:
    return [KeywordHit(str(number), path, "", 100.0 - number) for number, path in enumerate(paths)]


def test_changelogs_do_not_crowd_out_code() -> None:
    found = with_role_quota(hits(*["CHANGES.md"] * 20, "a.py", "b.py", "c.py"), 10, CODE)
    assert [hit.path for hit in found] == ["CHANGES.md"] * 6 + ["a.py", "b.py", "c.py", "CHANGES.md"]


def test_no_more_places_are_reserved_than_two_fifths() -> None:
    found = with_role_quota(hits(*["README.md"] * 6, *["b.md"] * 4, *["a.py"] * 9), 10, CODE)
    assert [hit.path for hit in found].count("a.py") == 4


def test_the_best_hits_are_kept_whatever_their_role() -> None:
    every = hits("tests/a.py", "a.py", "b.py")
    assert with_role_quota(every, 10, CODE) == every
    assert with_role_quota(every, 2, frozenset({FileRole.TEST})) == every[:2]
    assert with_role_quota([], 10, CODE) == []
