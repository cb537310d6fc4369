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


def test_an_identifier_in_a_source_may_touch_a_script_without_spaces() -> None:
    comment = Chunk("2", "auth.py", 1, 1, "# 调用sign函数", "python")
    found = find_mentions("see `sign`", [Source(1, Passage(comment, 1, 1.0), "")], {}.get)
    assert found == (Mention("sign", "auth.py:1"),)


def test_the_name_of_a_cited_file_is_known() -> None:
    assert mentions("see `auth.py`") == (Mention("auth.py", "auth.py:3"),)


def test_code_in_fences_is_not_checked() -> None:
    assert mentions("Like so:\n```python\n`invented()`\n```") == ()


ACCOUNT = Chunk("2", "account.rb", 1, 2, "def withdraw!(x)\n  @sum -= x unless empty?", "ruby")
TREE = Chunk("3", "Tree.hs", 5, 6, "insert' x t = t\nops = insert", "haskell")


def marked_mentions(text: str) -> dict[str, str | None]:
    sources = [Source(number, Passage(chunk, 1, 1.0), "") for number, chunk in enumerate((ACCOUNT, TREE), 1)]
    return {mention.name: mention.location for mention in find_mentions(text, sources, {}.get)}


def test_names_with_marks_are_found_and_invented_ones_are_unknown() -> None:
    assert marked_mentions("`withdraw!`, `empty?`, `@sum`, `insert'`, `save!`") == {
        "withdraw!": "account.rb:1",
        "empty?": "account.rb:2",
        "@sum": "account.rb:2",
        "insert'": "Tree.hs:5",
        "save!": None,
    }


def test_options_and_shell_variables_are_not_unknown_names() -> None:
    assert marked_mentions("Set `$HOME`, run `pre-commit`, see `#general` and `@reviewer`.") == {}
