from __future__ import annotations

import random
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sourcewise.chunking.chunker import SmartCodeChunker
from sourcewise.chunking.dialects import PARSED_LANGUAGES
from sourcewise.domain.code import Chunk, FileStamp, SourceFile
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines
from sourcewise.text.tokens import estimate_tokens

SAMPLES = sorted((Path(__file__).parents[1] / "data" / "chunker").glob("*.*"))


def source(text: str, path: str = "file.py") -> SourceFile:
    return SourceFile(FileStamp(path, len(text), 0), text, language_of(path, text), "")


def chunks_of(text: str, path: str = "file.py", max_tokens: int = 1500, **sizes: int) -> tuple[Chunk, ...]:
    return SmartCodeChunker(max_tokens, **sizes).chunk_with_context(source(text, path))


def assert_contract(text: str, chunks: tuple[Chunk, ...], max_tokens: int) -> None:
    lines = split_lines(text)
    if not text.strip():
        assert chunks == () or any(line.strip() for line in lines)
    last = 0
    for position, chunk in enumerate(chunks):
        assert chunk.text == "\n".join(lines[chunk.first_line - 1 : chunk.last_line])
        assert chunk.last_line > last
        assert_left_out(lines[last : chunk.first_line - 1])
        if chunk.first_line <= last:
            # Parts of one definition overlap; a damaged one may have no name.
            before = chunks[position - 1]
            assert (chunk.symbol, chunk.kind) == (before.symbol, before.kind)
            assert chunk.kind != "text"
        assert estimate_tokens(chunk.text) <= max_tokens or chunk.first_line == chunk.last_line
        assert (chunk.position, chunk.total) == (position, len(chunks))
        assert len(chunk.signature) <= 300
        assert len(chunk.docstring) <= 2000
        for definition in chunk.definitions:
            assert chunk.first_line <= definition.first_line <= min(chunk.last_line, definition.last_line)
            assert definition.last_line <= len(lines)
        last = chunk.last_line
    assert_left_out(lines[last:] if chunks else [])
    assert len({chunk.id for chunk in chunks}) == len(chunks)


def assert_left_out(lines: list[str]) -> None:
    """Assert that lines in no chunk are a long run of blank lines and the brackets after it."""
    assert not lines or (len(lines) > 10 and not "".join(lines).strip("\t\n\v\f\r ])};,"))


def outline(chunks: tuple[Chunk, ...]) -> list[str]:
    return [f"{c.first_line}-{c.last_line} {c.kind} {c.symbol}".rstrip() for c in chunks]


def function(name: str, statements: int = 10, indent: str = "") -> str:
    body = "".join(f"{indent}    value_{n} = compute(value_{n}, other)\n" for n in range(statements))
    return f"{indent}def {name}(value):\n{body}"


# --- whole definitions ----------------------------------------------------------------------------------


def test_large_functions_are_separate_chunks() -> None:
    chunks = chunks_of(function("one") + "\n\n" + function("two"))
    assert outline(chunks) == ["1-13 function one", "14-24 function two"]


def test_a_function_up_to_the_limit_is_never_split() -> None:
    text = function("long", 100)
    size = estimate_tokens(text)
    assert len(chunks_of(text, max_tokens=size)) == 1
    assert len(chunks_of(text, max_tokens=size - 1)) > 1


def test_parts_of_a_long_function_overlap_and_have_its_name_and_signature() -> None:
    chunks = chunks_of(function("long", 400))
    assert len(chunks) > 2
    assert {(c.symbol, c.kind, c.signature) for c in chunks} == {("long", "function", "def long(value)")}
    for one, two in pairwise(chunks):
        shared = "\n".join(split_lines(one.text)[two.first_line - one.last_line - 1 :])
        assert 100 < estimate_tokens(shared) <= 200
    assert [len(c.definitions) for c in chunks] == [1] + [0] * (len(chunks) - 1)


def test_a_long_function_is_split_between_statements() -> None:
    loops = "".join(f"    for item in items_{n}:\n        first(item)\n        second(item)\n" for n in range(200))
    for chunk in chunks_of("def long():\n" + loops, overlap_tokens=0)[1:]:
        assert chunk.text.startswith("    for ")


def test_small_neighbours_share_a_chunk_that_lists_both() -> None:
    (chunk,) = chunks_of("def a():\n    return 1\n\n\ndef b():\n    return 2\n")
    assert [d.qualified_name for d in chunk.definitions] == ["a", "b"]


def test_a_small_class_stays_whole_and_a_large_one_is_split_into_head_and_members() -> None:
    head = 'class Store:\n    """Stores."""\n\n' + "".join(f"    field_{n}: int = {n}\n" for n in range(20))
    small = chunks_of(head)
    assert outline(small) == ["1-23 class Store"]
    large = chunks_of(head + "\n" + function("load", 15, "    ") + "\n" + function("save", 15, "    "))
    assert [(c.kind, c.symbol) for c in large] == [
        ("class", "Store"),
        ("method", "Store.load"),
        ("method", "Store.save"),
    ]
    assert large[0].docstring == "Stores."


def test_comments_above_belong_to_the_chunk_and_decorators_also_to_the_definition() -> None:
    text = "import os\n\n\n# Why.\n@cache\n" + function("load", 20)
    chunk = next(c for c in chunks_of(text) if c.symbol == "load")
    assert chunk.text.startswith("# Why.\n@cache\ndef load")
    assert (chunk.docstring, chunk.definitions[0].first_line) == ("Why.", 5)


def test_imports_have_the_kind_text() -> None:
    imports = "".join(f"import package_{n}\n" for n in range(20))
    assert outline(chunks_of(imports + "\n" + function("load", 20)))[0] == "1-21 text"


def test_two_functions_on_one_line_share_a_chunk() -> None:
    chunks = chunks_of("function a() { return 1 } function b() { return 2 }\n", "x.js")
    assert [d.name for c in chunks for d in c.definitions] == ["a", "b"]
    assert len(chunks) == 1


# --- ids ------------------------------------------------------------------------------------------------


def test_ids_do_not_change_when_lines_are_inserted_above() -> None:
    text = function("one") + "\n" + function("two")
    before, after = chunks_of(text), chunks_of(function("zero") + "\n" + text)
    assert [c.id for c in before] == [c.id for c in after[1:]]


def test_ids_differ_between_paths_and_between_equal_chunks() -> None:
    twice = function("one") + function("one")
    ids = {c.id for path in ("a.py", "b.py") for c in chunks_of(twice, path)}
    assert len(ids) == 4
    assert all(len(identity) == 32 for identity in ids)


# --- lines ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_numbers_match_the_editor(end: str) -> None:
    text = "# \x0c form feed and \u2028 do not end a line\n" + function("one")
    chunks = chunks_of(text.replace("\n", end))
    assert chunks[-1].definitions[-1].first_line == 2
    assert chunks[-1].last_line == 12


@pytest.mark.parametrize("text", ["", "\n", " \n\t\r\n"])
def test_blank_files_have_no_chunks(text: str) -> None:
    assert chunks_of(text) == ()


def test_a_line_longer_than_the_limit_is_a_chunk() -> None:
    chunks = chunks_of("x = 1\n" + "value = [" + "1, " * 5000 + "]\n" + "y = 2\n")
    assert "2-2" in {f"{c.first_line}-{c.last_line}" for c in chunks}
    assert_contract("x = 1\n" + "value = [" + "1, " * 5000 + "]\n" + "y = 2\n", chunks, 1500)


# --- other kinds of text --------------------------------------------------------------------------------


def test_markdown_is_cut_at_headings_outside_fences() -> None:
    words = "word " * 300
    text = f"# Guide\n\n{words}\n\n## Install\n\n```sh\n# not a heading\n```\n{words}\n\nUse\n---\n{words}\n"
    assert outline(chunks_of(text, "README.md")) == [
        "1-4 section Guide",
        "5-11 section Guide.Install",
        "12-14 section Guide.Use",
    ]


def test_restructured_text_is_cut_at_underlined_titles() -> None:
    words = "word " * 300
    text = f"=====\nGuide\n=====\n\n{words}\n\nInstall\n-------\n\n{words}\n"
    assert outline(chunks_of(text, "a.rst")) == ["1-6 section Guide", "7-10 section Guide.Install"]


def test_asciidoc_is_cut_at_headings_outside_listings() -> None:
    words = "word " * 300
    text = f"= Guide\n\n{words}\n\n----\n== no\n----\n\n== Install\n\n{words}\n"
    assert outline(chunks_of(text, "a.adoc")) == ["1-8 section Guide", "9-11 section Guide.Install"]


def test_json_is_cut_at_keys() -> None:
    big = ",\n".join(f'    "name_{n}": "value {n}"' for n in range(40))
    text = f'{{\n  "name": "x",\n  "scripts": {{\n{big}\n  }},\n  "files": {{\n{big}\n  }}\n}}\n'
    assert {"scripts", "files"} <= {c.symbol for c in chunks_of(text, "package.json")}


def test_text_without_a_grammar_is_cut_at_blank_lines() -> None:
    paragraph = "some words that stand in a line\n" * 30
    chunks = chunks_of("\n".join([paragraph] * 6), "notes.tex")
    assert len(chunks) > 2
    assert all(chunk.text.endswith("\n") for chunk in chunks[:-1])


# --- broken and extreme files ----------------------------------------------------------------------------


def test_functions_of_broken_code_are_found() -> None:
    text = function("one") + "\ndef broken(value):\n    x = = 3\n    if value[\n\n\n" + function("two")
    names = {d.name for c in chunks_of(text) for d in c.definitions}
    assert {"one", "two"} <= names


@pytest.mark.parametrize("path", ["x.py", "x.js", "x.json", "x.c", "x.rs", "x.hs", "x.md"])
def test_ten_thousand_brackets_are_chunked(path: str) -> None:
    for text in ("[" * 10_000, "(\n" * 10_000, "{\n" * 10_000 + "}\n" * 10_000):
        assert_contract(text, chunks_of(text, path), 1500)


def test_deeply_nested_functions_are_chunked() -> None:
    text = "".join("{}def f{}():\n".format(" " * n, n) for n in range(500)) + " " * 500 + "pass\n"
    assert_contract(text, chunks_of(text, max_tokens=64), 64)


def test_chunking_a_megabyte_takes_bounded_time() -> None:
    text = "\n\n".join(function(f"function_{n}", 20) for n in range(1000))
    started = time.process_time()
    chunks = chunks_of(text)
    assert len(chunks) == 1000
    assert len(text) > 800_000
    assert time.process_time() - started < 20


def test_surrogates_and_null_characters_are_kept() -> None:
    text = "x = '\udcff\x00'\n" + function("one")
    assert_contract(text, chunks_of(text), 1500)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), max_tokens=st.integers(8, 200), target=st.integers(1, 400))
@example(seed=194466396, max_tokens=22, target=1)
def test_damaged_files_fulfil_the_contract(path: Path, seed: int, max_tokens: int, target: int) -> None:
    damaged = _damage(path.read_text(encoding="utf-8"), random.Random(seed))
    chunks = chunks_of(damaged, path.name, max_tokens, overlap_tokens=max_tokens // 3, target_tokens=target)
    assert_contract(damaged, chunks, max_tokens)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(alphabet=st.sampled_from(list("abc \t\n\r(){}[]:;\"'#/*=<>-@.\x0c\u2028é")), max_size=300),
    suffix=st.sampled_from(["py", "ts", "go", "rs", "c", "md", "rst", "yaml", "json", "hs", "xyz"]),
    max_tokens=st.integers(1, 60),
)
def test_any_text_fulfils_the_contract(text: str, suffix: str, max_tokens: int) -> None:
    assert_contract(text, chunks_of(text, f"x.{suffix}", max_tokens), max_tokens)


def test_every_language_with_definitions_has_a_sample() -> None:
    sampled = {language_of(path.name, path.read_text(encoding="utf-8")) for path in SAMPLES}
    assert PARSED_LANGUAGES - sampled <= {"html", "css"}


def _damage(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(0, 6)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.randint(0, 40))
        filler = chance.choice(["", "}", "{", '"', "\r", "\n", text[end : end + 30], "/*", "\x00"])
        text = text[:start] + filler + text[end:]
    return text[: chance.randint(0, len(text))] if chance.random() < 0.3 else text


def test_long_runs_of_blank_lines_are_in_no_chunk() -> None:
    blank = "\n" * 50
    text = f"TABLE = [\n    1, 2,\n{blank}]\n\n\ndef total():\n    return sum(TABLE)\n{blank}"
    chunks = chunks_of(text)
    assert_contract(text, chunks, 1500)
    assert [(chunk.first_line, chunk.last_line) for chunk in chunks] == [(1, 2), (53, 57)]
    assert chunks[1].symbol == "total"


def test_a_definition_around_a_long_run_of_blank_lines_is_two_chunks_with_its_name() -> None:
    blank = "\n" * 50
    text = f"def total():\n    rows = [\n        1,\n{blank}    ]\n    return sum(rows)\n"
    chunks = chunks_of(text)
    assert_contract(text, chunks, 1500)
    assert [(chunk.first_line, chunk.last_line, chunk.symbol) for chunk in chunks] == [
        (1, 3, "total"),
        (54, 55, "total"),
    ]
