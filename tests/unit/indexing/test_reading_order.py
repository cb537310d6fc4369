"""The order in which files are read while questions arrive."""

from __future__ import annotations

from sourcewise.domain.code import FileStamp
from sourcewise.indexing.reading_order import ReadingOrder
from sourcewise.retrieval.path_relevance import path_relevance

FILES = [FileStamp(path, 1, 1) for path in ("api.py", "auth/login.py", "tests/test_retry.py", "http/retry.py", "z.py")]


def paths_of(order: ReadingOrder) -> list[str]:
    return [stamp.path for stamp in order.ordered(FILES)]


def test_without_a_question_files_keep_their_order() -> None:
    assert paths_of(ReadingOrder(path_relevance)) == [stamp.path for stamp in FILES]


def test_relevant_files_are_read_first_and_all_others_after_them() -> None:
    order = ReadingOrder(path_relevance)
    order.prioritize_for("how are requests retried?")
    asked = paths_of(order)
    assert asked[0] == "http/retry.py"
    assert sorted(asked) == sorted(stamp.path for stamp in FILES)


def test_the_folder_counts_too() -> None:
    order = ReadingOrder(path_relevance)
    order.prioritize_for("where is auth done?")
    assert paths_of(order)[0] == "auth/login.py"


def test_a_question_during_reading_reorders_the_remaining_files() -> None:
    order = ReadingOrder(path_relevance)
    reading = order.ordered(FILES)
    assert next(reading).path == "api.py"
    order.prioritize_for("what does z do?")
    assert next(reading).path == "z.py"
    order.prioritize_for("how is something retried?")
    assert [stamp.path for stamp in reading] == ["http/retry.py", "tests/test_retry.py", "auth/login.py"]
