"""Names that tools of this kind tend to lose: behind macros, in dialects, with unusual characters, in any script."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from client import within
from lsprotocol import types

from conftest import CommandLine

if TYPE_CHECKING:
    from client import Editor

_FILES = {
    "widget.h": """#pragma once

class UI_EXPORT Slider : public Control
{
public:
    void setRange(int low, int high);

private:
    int low_;
};

struct LIB_API SliderStyle {
    int width = 4;
};
""",
    "statistics.pyx": """cdef class RunningMean:
    cdef double total

    cpdef void include(self, double value):
        self.total += value


cdef double limited(double value, double low, double high) nogil:
    return low if value < low else min(value, high)


cpdef double weighted_mean(double[:] values):
    return values[0]
""",
    "queue.rb": """class Queue
  def full?
    @items.size == @limit
  end

  def drain!(count)
    raise if full?
  end
end
""",
    "state.js": """export function $clear(state) {
  state.set(null);
}

export const loadOrders = createAsyncThunk("orders", async (year) => {
  return (await fetch("/orders?y=" + year)).json();
});

export const useBasket = create((set) => ({
  items: [],
}));
""",
    "Heap.hs": """module Heap where

-- | Pushes lazily.
push :: Int -> Heap -> Heap
push x h = Node x h

-- | Pushes strictly.
push' :: Int -> Heap -> Heap
push' x h = rebalance $! push x h

-- | Pushes twice.
push'' :: Int -> Heap -> Heap
push'' x h = push' x (push' x h)
""",
    "settings.py": "def read_settings(path):\n    # 读取设置文件返回一个字典\n    return {}\n",
    **{f"other{n}.py": f"def other_{n}(x):\n    return x + {n}\n" for n in range(5)},
}

# The file, the start of a line, the name in it, and the start of the definition that a hover shows.
_DEFINITIONS = [
    ("widget.h", "class", "Slider", "class UI_EXPORT Slider"),
    ("widget.h", "struct", "SliderStyle", "struct LIB_API SliderStyle"),
    ("statistics.pyx", "cdef class", "RunningMean", "cdef class RunningMean"),
    ("statistics.pyx", "    cpdef", "include", "cpdef void include"),
    ("statistics.pyx", "cdef double limited", "limited", "cdef double limited"),
    ("statistics.pyx", "cpdef double", "weighted_mean", "cpdef double weighted_mean"),
    ("queue.rb", "  def full", "full?", "def full?"),
    ("queue.rb", "  def drain", "drain!", "def drain!(count)"),
    ("state.js", "export function", "$clear", "function $clear(state)"),
    ("state.js", "export const load", "loadOrders", "loadOrders = createAsyncThunk"),
    ("state.js", "export const use", "useBasket", "useBasket = create"),
    ("Heap.hs", "push x", "push", "push :: Int -> Heap -> Heap"),
    ("Heap.hs", "push' x", "push'", "push' :: Int -> Heap -> Heap"),
    ("Heap.hs", "push'' x", "push''", "push'' :: Int -> Heap -> Heap"),
]


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """Return the command in a folder of such names."""
    command = CommandLine(tmp_path_factory.mktemp("names"))
    command.write(_FILES)
    return command


@pytest.fixture(scope="module")
def hovers(command: CommandLine) -> dict[tuple[str, str], str]:
    """Return the hover of each name, by file and name."""

    async def all_hovers(editor: Editor) -> dict[tuple[str, str], str]:
        wanted = [_hover(editor, command, *entry[:3]) for entry in _DEFINITIONS]
        return {entry[0::2][:2]: text for entry, text in zip(_DEFINITIONS, await asyncio.gather(*wanted), strict=True)}

    return command.in_editor(all_hovers)


async def _hover(editor: Editor, command: CommandLine, path: str, start: str, name: str) -> str:
    lines = _FILES[path].split("\n")
    row = next(row for row, line in enumerate(lines) if line.startswith(start))
    place = types.Position(row, lines[row].index(name) + 1)
    document = types.TextDocumentIdentifier((command.folder / path).as_uri())
    found = await within(editor.text_document_hover_async(types.HoverParams(document, place)))
    return found.contents.value if found else ""


@pytest.mark.parametrize(("path", "_start", "name", "definition"), _DEFINITIONS)
def test_a_hover_shows_the_definition(
    hovers: dict[tuple[str, str], str], path: str, _start: str, name: str, definition: str
) -> None:
    assert definition in hovers[path, name]


def test_a_search_for_a_class_finds_one_behind_a_macro(command: CommandLine) -> None:
    assert "Slider" in [hit["symbol"] for hit in command.result("search", "Slider", "--kind", "class")]


def test_a_search_for_a_function_finds_those_of_cython(command: CommandLine) -> None:
    found = command.result("search", "limited", "--kind", "function")
    assert "statistics.pyx" in [hit["path"] for hit in found]


@pytest.mark.parametrize(
    ("query", "reason"), [("设置文件", "keywords"), ("请问read_settings函数在哪里定义", "read_settings")]
)
def test_words_of_a_script_without_spaces_are_found(command: CommandLine, query: str, reason: str) -> None:
    best = command.result("search", query)[0]
    assert best["path"] == "settings.py"
    assert reason in " ".join(best["reasons"])
