"""What ignore files say, compared with git itself."""

from __future__ import annotations

import random
import re
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from sourcewise.mining.ignore_rules import IgnoreFile, parse_rules
from sourcewise.mining.miner import CodeMiner
from sourcewise.model import SkippedFile, SkipReason

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("a", "b", "ab", "abc", "a.b", "x-y", "[a]", "A", "é", "a b", "1", "b ")
# Before 2.41 git compared unrelated pointers here, so what it answers depends on where its memory lies.
STARS_IN_A_NAME = re.compile(r"[^/*]\*\*|\*\*[^/*]")


@pytest.fixture(autouse=True)
def _plain_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


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
def test_names_the_rule_that_decides(text: str, path: str, rule: str) -> None:
    assert rule_of(text, path) == rule


def test_a_rule_for_folders_decides_about_folders() -> None:
    assert rule_of("build/\n", "src/build", is_folder=True) == "build/ (.gitignore:1)"


def test_case_is_ignored_where_the_file_system_does() -> None:
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
