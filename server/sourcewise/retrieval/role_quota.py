"""Reserves places among the keyword candidates for the kind of file that a question asks for.

In a whole repository, changelogs, documents and tests repeat the words of the code and would crowd it out before the
ranking can compare them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcewise.mining.file_roles import file_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sourcewise.domain.file_role import FileRole
    from sourcewise.storage.keyword_index import KeywordHit

CHOSEN_FROM = 2
"""How many times as many hits are needed as places."""

_RESERVED = 0.4


def with_role_quota(hits: Sequence[KeywordHit], places: int, roles: frozenset[FileRole]) -> list[KeywordHit]:
    """Return the best hits, two fifths of them in files of these roles if there are as many.

    Args:
        hits: best first.
        places: how many to return.
        roles: the roles with reserved places.
    """
    unreserved = places - int(_RESERVED * places)
    rest = hits[unreserved:]
    reserved = [hit for hit in rest if file_role(hit.path, hit.note) in roles][: places - unreserved]
    taken = {hit.chunk_id for hit in reserved}
    others = [hit for hit in rest if hit.chunk_id not in taken]
    return [*hits[:unreserved], *reserved, *others][:places]
