"""Files and lines that a question names."""

from __future__ import annotations

import pytest

from sourcewise.retrieval.stack_trace_locations import find_locations

TRACEBACK = """Why does this happen?
Traceback (most recent call last):
  File "/home/me/app/main.py", line 12, in <module>
    run()
  File "C:\\work\\app\\core.py", line 40, in run
ValueError: no"""


def test_frames_of_a_traceback_are_locations() -> None:
    assert find_locations(TRACEBACK) == (("/home/me/app/main.py", 12), ("C:/work/app/core.py", 40))


@pytest.mark.parametrize(
    ("question", "locations"),
    [
        ("what does src/app/main.ts do?", [("src/app/main.ts", None)]),
        ("it fails at ./main.go:17", [("main.go", 17)]),
        ("at handle (/srv/api/server.js:10:5)", [("/srv/api/server.js", 10)]),
        ("at com.acme.Store.load(Store.java:88)", [("Store.java", 88)]),
        ("Program.cs(14,7): error CS0103", [("Program.cs", 14)]),
        ("server.c:3: warning, and again server.c", [("server.c", 3)]),
        ("main.py, then main.py", [("main.py", None)]),
        ("请看config.py:10行", [("请看config.py", 10), ("config.py", 10)]),
        ("文档/配置.py:3", [("文档/配置.py", 3)]),
    ],
)
def test_files_are_found_with_their_lines(question: str, locations: list[tuple[str, int | None]]) -> None:
    assert list(find_locations(question)) == locations


@pytest.mark.parametrize(
    "question", ["", "how does it work, e.g. in v1.2?", "self.foo.bar of www.example.com", "..", "a.b"]
)
def test_text_without_a_known_file_extension_is_no_location(question: str) -> None:
    assert find_locations(question) == ()


def test_the_number_of_locations_is_limited() -> None:
    assert len(find_locations(" ".join(f"file{n}.py" for n in range(1000)))) == 12
