"""The plan: which files to read, and which are gone."""

from __future__ import annotations

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason
from sourcewise.indexing.indexer import plan
from sourcewise.storage.catalog import KnownFile

KNOWN = {
    "same.py": KnownFile(10, 100, "aa", None),
    "edited.py": KnownFile(10, 100, "bb", None),
    "secret.txt": KnownFile(5, 100, "", SkipReason.SECRET),
    "gone.py": KnownFile(10, 100, "cc", None),
    "now_ignored.py": KnownFile(10, 100, "dd", None),
}
IGNORED = SkippedFile(FileStamp("now_ignored.py", 10, 100), SkipReason.IGNORED, "*.py (.gitignore:1)")
FOUND = [
    FileStamp("same.py", 10, 100),
    FileStamp("edited.py", 10, 101),
    FileStamp("secret.txt", 5, 100),
    FileStamp("new.py", 1, 1),
    IGNORED,
]


def test_only_new_and_changed_files_are_read() -> None:
    result = plan(KNOWN, FOUND)
    assert [stamp.path for stamp in result.read] == ["edited.py", "new.py"]
    assert result.unchanged == 2


def test_a_file_of_another_size_is_read_even_at_the_same_time() -> None:
    assert plan(KNOWN, [FileStamp("same.py", 11, 100)]).read == (FileStamp("same.py", 11, 100),)


def test_a_clock_that_was_set_back_does_not_hide_a_change() -> None:
    assert plan(KNOWN, [FileStamp("same.py", 10, 99)]).read == (FileStamp("same.py", 10, 99),)


def test_missing_and_newly_ignored_files_are_gone() -> None:
    result = plan(KNOWN, FOUND)
    assert result.gone == ("gone.py", "now_ignored.py")
    assert result.skipped == (IGNORED,)


def test_a_new_recipe_reads_everything_again() -> None:
    assert len(plan(KNOWN, FOUND, anew=True).read) == 4


def test_an_empty_catalog_and_folder_give_an_empty_plan() -> None:
    result = plan({}, [])
    assert (result.read, result.skipped, result.gone, result.unchanged) == ((), (), (), 0)
