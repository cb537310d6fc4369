"""Ignore rules, compared with git."""

from __future__ import annotations

import codecs
import random
import re
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from sourcewise.domain.code import SkippedFile, SkipReason
from sourcewise.mining.ignore_rules import IgnoreFile, IgnoreStack, parse_rules
from sourcewise.mining.miner import CodeMiner

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("plain_git")

NAMES = ("a", "b", "ab", "abc", "a.b", "x-y", "[a]", "A", "é", "a b", "1", "b ")
# Before 2.41, git compared unrelated pointers here, so its answer depends on memory addresses.
STARS_IN_A_NAME = re.compile(r"[^/*]\*\*|\*\*[^/*]")


def rule_of(text: str, path: str, *, is_folder: bool = False, ignore_case: bool = False) -> str:
    rules = parse_rules(text.encode(), ".gitignore")
    return str(IgnoreFile(rules, ignore_case=ignore_case).match(path, is_folder=is_folder))


def git_files(folder: Path) -> set[str]:
    command = ["git", "-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "surrogateescape")
    return {path for path in output.split("\0") if path}


def our_files(folder: Path) -> set[str]:
    found = CodeMiner().scan(folder)
    return {f.path for f in found if not (isinstance(f, SkippedFile) and f.reason is SkipReason.IGNORED)}


@pytest.mark.parametrize(
    ("text", "path", "rule"),
    [
        ("*.log\n", "a/b.log", "*.log (.gitignore:1)"),
        ("# no\n\n*.log\n!keep.log\n", "keep.log", "!keep.log (.gitignore:4)"),
        ("/only-root\n", "deep/only-root", "None"),
        ("docs/*.md\n", "docs/deep/a.md", "None"),
        ("docs/**/*.md\n", "docs/a.md", "docs/**/*.md (.gitignore:1)"),
        ("a/**\n", "a", "None"),
        ("build/\n", "build", "None"),
        ("a\\ \n", "a ", "a\\  (.gitignore:1)"),
        ("a   \n", "a", "a (.gitignore:1)"),
        ("\\#x\n", "#x", "\\#x (.gitignore:1)"),
        ("*.log\r\n", "x.log", "*.log (.gitignore:1)"),
        ("\ufeff*.log\n", "x.log", "*.log (.gitignore:1)"),
        ("[z-a\n", "[z-a", "None"),
        ("caf\u00e9*\n", "caf\u00e9.py", "caf\u00e9* (.gitignore:1)"),
        ("*.LOG\n", "x.log", "None"),
    ],
)
def test_the_deciding_rule_is_named(text: str, path: str, rule: str) -> None:
    assert rule_of(text, path) == rule


def test_a_rule_for_folders_matches_folders_only() -> None:
    assert rule_of("build/\n", "src/build", is_folder=True) == "build/ (.gitignore:1)"


def test_case_is_ignored_if_requested() -> None:
    assert rule_of("*.LOG\n", "x.log", ignore_case=True) == "*.LOG (.gitignore:1)"


@pytest.mark.parametrize("pattern", ["*a" * 30 + "*b", "**/a/" * 30 + "b", "/" + "*a*/" * 20 + "b"])
def test_hostile_patterns_stay_fast(pattern: str) -> None:
    started = time.process_time()
    rule_of(f"{pattern}\n", "a" * 250)
    rule_of(f"{pattern}\n", "a/" * 1500 + "c")
    assert time.process_time() - started < 2


def random_pattern(dice: random.Random) -> str:
    pieces = [
        "*",
        "?",
        "**",
        "/",
        "/",
        "a",
        "b",
        "c",
        ".",
        "[ab]",
        "[!a]",
        "[^b-c]",
        "[[:alpha:]]",
        "[]a]",
        "[z-a]",
        "\\a",
    ]
    pieces += ["a/", "/**", "**/", "\\[", "[", "[[:odd:]]", "\\", "é", " ", "-", "[a-", "***", "1", "A"]
    weights = [4, 2, 2, 2, 2, 6, 6, 2, 2, *[1] * (len(pieces) - 9)]
    body = "**x"
    while STARS_IN_A_NAME.search(body):
        body = "".join(dice.choices(pieces, weights, k=dice.randint(1, 5)))
    return dice.choice(["", "", "", "!", "/"]) + body + dice.choice(["", "", "/"])


def test_agrees_with_git_on_random_rules(tmp_path: Path) -> None:
    dice = random.Random(20)
    folder = tmp_path / "repository"
    parents = ("", "a", "ab", "a/b", "a/b/c", "b/a", "é/a b", "[a]/A", "x-y/1")
    for parent in parents:
        (folder / parent).mkdir(parents=True, exist_ok=True)
    for parent in parents:
        for name in NAMES:
            if not (folder / parent / name).exists():
                (folder / parent / name).write_text("text")
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    for _ in range(80):
        rules = {place: [random_pattern(dice) for _ in range(dice.randint(1, 6))] for place in ("", "a", "a/b")}
        for place, patterns in rules.items():
            (folder / place / ".gitignore").write_text("\n".join(patterns), encoding="utf-8")
        assert our_files(folder) == git_files(folder), rules


# --- hostile ignore files ---------------------------------------------------------------------------------


def test_two_megabytes_of_rules_are_matched_quickly() -> None:
    dice = random.Random(1)
    text = "\n".join("".join(dice.choices("abcdefghij*?", k=10)) for _ in range(200_000))
    started = time.process_time()
    file = IgnoreFile(parse_rules(text.encode(), ".gitignore"), ignore_case=False)
    for number in range(100):
        file.match(f"src/module_{number}.py", is_folder=False)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("pattern", ["*a" * 400 + "b", "[[:" * 300 + "]", "**/a/" * 190 + "b", "?*" * 400])
def test_many_long_rules_are_matched_quickly(pattern: str) -> None:
    text = "\n".join(f"{pattern}{number}" for number in range(2_000))
    started = time.process_time()
    file = IgnoreFile(parse_rules(text.encode(), ".gitignore"), ignore_case=False)
    file.match("a" * 250, is_folder=False)
    file.match("a/" * 2_000 + "c", is_folder=False)
    assert time.process_time() - started < 6


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("a*\n" * 6_000 + "last*", "with wildcards up to line 5,000."),
        ("name\n" * 50_001 + "last", "up to line 50,000."),
        ("#" * 1_000_000 + "\nlast", "of its first 1,000,000 bytes."),
        ("a" * 1_001 + "*\n", "with wildcards of at most 1,000 bytes."),
    ],
)
def test_rules_beyond_a_limit_are_not_applied_and_the_log_reports_it(
    text: str, limit: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert rule_of(text, "last") == "None"
    assert f".gitignore, Sourcewise applies only rules {limit}" in caplog.text


def test_rules_without_wildcards_apply_beyond_the_limit_for_wildcards() -> None:
    assert rule_of("a*\n" * 6_000 + "last", "last") == "last (.gitignore:6001)"


def test_the_files_above_leave_room_for_fewer_wildcards(tmp_path: Path) -> None:
    many = tmp_path / "many"
    many.write_text("a*\n" * 5_000)
    one = tmp_path / "one"
    one.write_text("b*\nbc\n")
    stack = IgnoreStack().with_file(many, "many")
    assert str(stack.with_file(one, "one").match("bb", is_folder=False)) == "None"
    assert str(stack.with_file(one, "one").match("bc", is_folder=False)) == "bc (one:2)"


@pytest.mark.parametrize("ignore_case", [False, True])
def test_the_last_matching_rule_decides_with_and_without_wildcards(*, ignore_case: bool) -> None:
    assert rule_of("a*\n!abc\n", "abc", ignore_case=ignore_case) == "!abc (.gitignore:2)"
    assert rule_of("!abc\na*\n", "abc", ignore_case=ignore_case) == "a* (.gitignore:2)"
    assert rule_of("/src/ABC\n", "src/abc", ignore_case=ignore_case) == (
        "/src/ABC (.gitignore:1)" if ignore_case else "None"
    )
    assert rule_of("é\n", "É", ignore_case=ignore_case) == "None"


def test_the_deciding_rule_is_found_among_thousands() -> None:
    text = "".join(f"{number}-*\n" for number in range(1_000))
    assert rule_of(text, "7-x") == "7-* (.gitignore:8)"
    assert rule_of(text, "999-x") == "999-* (.gitignore:1000)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_an_ignore_file_may_have_a_byte_order_mark_and_any_line_ending(encoding: str) -> None:
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    rules = parse_rules(mark + "*.log\r\ngröße/\r\n".encode(encoding), "x")
    assert [rule.pattern for rule in rules] == ["*.log", "größe/"]
