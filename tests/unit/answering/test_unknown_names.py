"""Known and unknown identifiers in an answer."""

from __future__ import annotations

from sourcewise.answering.unknown_names import find_mentions
from sourcewise.domain.answer import Mention, Source
from sourcewise.domain.code import Chunk
from sourcewise.domain.search import Passage

LOGIN = Chunk("1", "auth.py", 3, 4, "def login(user):\n    return sign(user)", "python")


def mentions(text: str) -> tuple[Mention, ...]:
    return find_mentions(text, [Source(1, Passage(LOGIN, 1, 1.0), "")], {"login": "auth.py:3"}.get)


def test_identifiers_are_linked_to_definitions_or_to_lines_of_sources() -> None:
    assert mentions("`login()` calls `sign` and `Session.invent`, see `user.sign`") == (
        Mention("login", "auth.py:3"),
        Mention("sign", "auth.py:4"),
        Mention("Session.invent", None),
        Mention("user.sign", "auth.py:4"),
    )


def test_the_name_of_a_cited_file_is_known() -> None:
    assert mentions("see `auth.py`") == (Mention("auth.py", "auth.py:3"),)


def test_code_in_fences_is_not_checked() -> None:
    assert mentions("Like so:\n```python\n`invented()`\n```") == ()
