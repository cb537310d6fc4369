"""Long lines and rows of data are abridged, and all other lines keep their numbers."""

from __future__ import annotations

import time

import pytest

from sourcewise.mining.abridging import abridge, is_abridged

ROWS = 200
NUMBERS = ", ".join(str(number) for number in range(12))


def hidden(path: str, text: str) -> list[int]:
    """Return the numbers of the lines that are left out."""
    before, after = text.split("\n"), abridge(path, text).text.split("\n")
    assert len(before) == len(after)
    assert all(new in ("", old) for old, new in zip(before, after, strict=True))
    return [number for number, (old, new) in enumerate(zip(before, after, strict=True), 1) if old != new]


@pytest.mark.parametrize(
    ("path", "head", "row", "tail"),
    [
        ("font.c", "const unsigned char font[] = {", "  0x7f, 0x00, 0XFFu, // 'a'", "};\n\nint width;\n"),
        ("a.py", "TABLE = np.array([", f"    [{NUMBERS}],", "])\n\ndef f():\n    return TABLE\n"),
        ("a.json", '{"values": [', "    -0.5e-10,", '  ], "name": "x"}\n'),
        ("a.json", '{"places": [', "[1.5, null], [2, true],", "]}\n"),
        ("a.txt", "measured in Bern", "0.1 0.22\t.5 NaN", "end\n"),
        ("a.rs", "static TABLE: [u32; 2000] = [", "    0x1f_u32, 12u32, 1i8,", "];\n"),
        ("a.yaml", "values:", "  - 0.25", "name: x\n"),
        ("teapot.obj", "# a teapot", "v 0.25 -1.5 3", "end\n"),
        ("a.asm", "table:", "  db 0x12, 13h, 7", "  ret\n"),
        ("points.csv", "x,y,place", "0.5,0.25,Bern", "total\n"),
        ("points.tsv", "time\tx\tplace", "2024-01-02T10:00:00Z\t0.25\tBern", "total\n"),
        ("data.csv", "name;x;y", '"Bern";"46,9";"7.4"', "total\n"),
        ("blob.go", "var blob = []byte(", '  "\\x1f\\x8b\\x08\\x00' + "\\x00" * 40 + '" +', ")\n"),
        ("image.py", 'IMAGE = """', "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk", '"""\n'),
        ("vault.yml", "$ANSIBLE_VAULT;1.1;AES256", "6238313061" * 8, "end: 1\n"),
    ],
)
def test_rows_of_data_are_left_out_after_the_first(path: str, head: str, row: str, tail: str) -> None:
    text = "\n".join([head, *[row] * ROWS, tail])
    assert hidden(path, text) == list(range(5, ROWS + 2))
    assert abridge(path, text).note == "Lines 5 to 201 are rows of data and left out."
    assert is_abridged(abridge(path, text).note)


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("a.py", "x = 1"),
        ("a.py", "    assert f(1) == 2"),
        ("a.py", ""),
        ("a.py", "1. A step of a list"),
        ("a.c", "};"),
        ("a.csv", "Bern,capital,city,in Switzerland"),
        ("a.csv", "hello,Hallo"),
        ("a.md", "| 1 | one |"),
        ("go.txt", "averyveryverylongidentifierwithoutanyspacesoruppercaseinsideofit"),
        ("a.js", 'import { a } from "aVeryLongPath/toSomeModule/whichHasUpperCase/andLowerCase";'),
    ],
)
def test_code_and_prose_are_kept(path: str, row: str) -> None:
    text = "\n".join(["head", *[row] * ROWS, "tail\n"])
    assert abridge(path, text) == (text, "")


def test_a_short_table_is_kept() -> None:
    text = f"{NUMBERS}\n" * 30
    assert abridge("a.txt", text) == (text, "")


def test_a_long_line_is_cut_and_the_others_are_kept() -> None:
    text = f'import os\r\nLOGO = "{"iVBORw0KGgo" * 2500}"\r\n\r\ndef draw():\r\n    pass\r\n'
    abridged = abridge("a.py", text)
    lines = abridged.text.split("\n")
    assert [lines[0], *lines[2:]] == ["import os", "", "def draw():", "    pass", ""]
    assert lines[1].startswith('LOGO = "iVBORw0KGgo')
    assert lines[1].endswith('iVBORw0KGgo"')
    assert len(lines[1]) < 500
    assert abridged.note == "Line 2 is long and cut."


@pytest.mark.parametrize(("length", "is_cut"), [(9_000, False), (11_000, True)])
def test_long_lines_of_code_are_kept_up_to_a_higher_limit(length: int, is_cut: bool) -> None:
    text = "call(first, second) + " * (length // 22) + "1\nx = 1\n"
    assert bool(abridge("a.py", text).note) is is_cut
    assert not abridge("a.md", text).note


def test_a_note_names_a_few_lines_only() -> None:
    data = "\n".join(f'A{number} = "{"x0" * 2000}"' for number in range(5))
    rows = "\n".join(["x", *[NUMBERS] * 60])
    note = abridge("a.py", f"{data}\n{rows}").note
    assert note == "Lines 1, 2, 3 and 2 more are long and cut; 10 to 66 are rows of data and left out."


@pytest.mark.parametrize("unit", ["1", "1,", "0x", "1 ", ",", "\n1", "{1", '"a', "A0", "\\x", "1e"])
@pytest.mark.parametrize("path", ["a.csv", "a.py"])
def test_a_megabyte_is_abridged_quickly(path: str, unit: str) -> None:
    text = unit * (999_000 // len(unit)) + "!"
    started = time.process_time()
    abridge(path, text)
    assert time.process_time() - started < 2
