from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from sourcewise.chunking import grammars
from sourcewise.chunking.grammars import LANGUAGES_WITH_GRAMMAR, grammar_for, parser_for
from sourcewise.text.languages import language_of


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("a/b.py", "", "python"),
        ("a/B.TSX", "", "tsx"),
        ("x.cs", "", "csharp"),
        ("deep/Dockerfile", "", "dockerfile"),
        ("Dockerfile.dev", "", "dockerfile"),
        ("Makefile", "", "make"),
        ("CMakeLists.txt", "", "cmake"),
        ("notes.txt", "", "text"),
        ("LICENSE", "", "text"),
        ("run", "#!/usr/bin/env python3\n", "python"),
        ("run", "#! /usr/bin/env -S FOO=1 uv run --script\n", "python"),
        ("run", "#!/bin/sh -e\r\n", "bash"),
        ("run", "#!/usr/bin/perl5.36 -w\n", "perl"),
        ("run", "#!/usr/bin/env\n", "text"),
        ("run", "#!/opt/unknown\n", "text"),
        ("a.py", "#!/bin/sh\n", "python"),
        (".bashrc", "", "bash"),
        ("solver.F90", "", "fortran"),
    ],
)
def test_name_suffix_and_shebang_determine_the_language(path: str, text: str, language: str) -> None:
    assert language_of(path, text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("struct a { int b; };\nint f(void);\n", "c"),
        ("#include <stdio.h>\n", "c"),
        ("namespace a {\n", "cpp"),
        ("class A {\n public:\n", "cpp"),
        ("template <typename T>\nT f();", "cpp"),
        ("std::string f();", "cpp"),
        ("#include <vector>\n", "cpp"),
        ("/* a class of its own, public: yes */\n", "c"),
    ],
)
def test_the_content_of_a_header_distinguishes_c_from_cpp(text: str, language: str) -> None:
    assert language_of("x.h", text) == language


@pytest.mark.parametrize("language", sorted(LANGUAGES_WITH_GRAMMAR))
def test_every_grammar_loads_and_parses(language: str) -> None:
    parser = parser_for(language)
    assert parser is not None
    assert parser.parse(b"x = 1\n").root_node.end_byte > 0


def test_a_language_without_a_grammar_has_no_parser() -> None:
    assert parser_for("text") is None
    assert parser_for("vue") is None


def test_a_grammar_that_does_not_load_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(grammars._GRAMMARS, "broken", ("tree_sitter_broken", "language"))
    with caplog.at_level(logging.WARNING):
        assert parser_for("broken") is None
        assert parser_for("broken") is None
    grammar_for.cache_clear()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_importing_the_module_loads_no_grammar() -> None:
    program = "import sys, sourcewise.text.languages; sys.exit(any('tree_sitter' in name for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
