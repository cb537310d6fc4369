"""Definitions that are easily missed: behind macros, by a call, without a body, in dialects and components."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sourcewise.chunking.components import script_of_component
from sourcewise.chunking.cython import as_python
from sourcewise.chunking.macros import without_macros
from sourcewise.chunking.page import Page
from sourcewise.text.languages import language_of
from sourcewise.text.lines import split_lines


def definitions_of(path: str, text: str) -> dict[str, str]:
    regions = Page(language_of(path, text), split_lines(text)).outline().walk()
    return {region.definition.qualified_name: region.definition.kind for region in regions if region.listed}


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("class UI_EXPORT Button : public Base {\n};\n", "Button", "class"),
        ("class Q_CORE_EXPORT Thing final {\n  Q_OBJECT\n  Q_DISABLE_COPY(Thing)\n};\n", "Thing", "class"),
        ("struct LIB_API(1) LIB_PACKED Style {\n int a;\n};\n", "Style", "struct"),
        ("namespace a { struct [[nodiscard]] LIB_API Attr { int a; }; }\n", "a.Attr", "struct"),
        ("union LIB_API U { int a; };\n", "U", "struct"),
        ("enum class LIB_API Kind : int { a };\n", "Kind", "enum"),
        ("class A {\n  UFUNCTION(Blueprint)\n  void go() {}\n};\n", "A.go", "method"),
        ("class A {\n  void lock() LIB_LOCKS(mu) {\n x;\n }\n};\n", "A.lock", "method"),
        ("template <class T>\nLIB_INLINE\n  lib::R<T>\n  begin(T& c) {\n return c;\n}\n", "begin", "function"),
        ("class A {\n  virtual int area() const = 0;\n};\n", "A.area", "method"),
        ("class A {\n  operator bool() const { return 1; }\n};\n", "A.operator bool", "method"),
        ("template <class T> T& V<T>::operator=(const T& o) { return o; }\n", "V.operator=", "method"),
        ("auto operator<=>(const A& a, const A& b) { return 1; }\n", "operator<=>", "function"),
        ("TEST(Suite, Name) {\n  x();\n}\n", "Suite.Name", "test"),
        ("TYPED_TEST(Suite, Name)\n{\n  x();\n}\n", "Suite.Name", "test"),
    ],
)
def test_macros_of_cpp_hide_no_definition(text: str, name: str, kind: str) -> None:
    assert definitions_of("x.hpp", text).get(name) == kind


@pytest.mark.parametrize(
    ("path", "text", "name", "kind"),
    [
        ("x.js", 'export const load = createAsyncThunk("a", async (x) => x);\n', "load", "function"),
        ("x.js", "export const useCart = create((set) => ({ items: [] }));\n", "useCart", "function"),
        ("x.js", "export const Button = styled.div`color: red`;\n", "Button", "constant"),
        ("x.js", "const router = express.Router();\n", "router", "constant"),
        ("x.js", "export const { add, remove } = slice.actions;\n", "remove", "constant"),
        ("x.js", "request.then(function handle(x) { return x; });\n", "handle", "function"),
        ("x.js", "module.exports = function load() {};\n", "load", "function"),
        ("x.js", "xhr.onabort = function handleAbort() {};\n", "xhr.onabort.handleAbort", "function"),
        ("x.js", "A.prototype.inspect = A.prototype.toSource = function () {};\n", "A.inspect", "function"),
        ("x.js", "const Shown = class Internal {};\n", "Shown.Internal", "class"),
        ("x.tsx", "export const Page = memo(function Page() { return 1; });\n", "Page", "function"),
        ("x.ts", "interface Shape {\n  area(): number;\n}\n", "Shape.area", "method"),
        ("x.ts", "type Shape = {\n  area(): number;\n};\n", "Shape.area", "method"),
        ("x.ts", "type Shape = {\n  area?: () => number;\n};\n", "Shape.area", "method"),
        ("x.d.ts", "declare namespace N { function f(): void; }\n", "N.f", "function"),
        ("x.d.ts", "declare class C { m(): void; }\n", "C.m", "method"),
        ("x.py", 'Point = namedtuple("Point", "x y")\n', "Point", "class"),
        ("x.py", 'T = typing.TypeVar("T")\n', "T", "type"),
        ("x.rb", "Foo = Struct.new(:a) do\n  def m; end\nend\n", "Foo.m", "method"),
        ("x.rb", "class A\n  attr_reader :size\nend\n", "A.size", "property"),
        ("x.rb", "class A\n  alias_method :length, :size\nend\n", "A.length", "method"),
        ("x.ex", "defmodule A do\n  @callback run(x :: t) :: t\nend\n", "A.run", "function"),
        ("x.ex", "defimpl P, for: A do\n  def save!(x), do: 1\nend\n", "P.save!", "method"),
        ("x.ex", "defmodule A do\n  def a <~> b, do: 1\nend\n", "A.<~>", "function"),
        ("x.ex", "defmodule A do\n  def a =~ b when is_binary(a), do: b\nend\n", "A.=~", "function"),
        ("x.ex", "defmodule A do\n  defmacro !value do\n    value\n  end\nend\n", "A.!", "macro"),
        ("x.ex", "defmodule A do\n  @callback run :: x when x: term\nend\n", "A.run", "function"),
        ("x.lua", "local pack = table.pack or function(...) end\n", "pack", "function"),
        ("x.lua", "getmetatable(o).__gc = function() end\n", "__gc", "function"),
        ("x.lua", "function strict.module(name) end\n", "strict.module", "method"),
        ("x.hs", "x <+> y = 1\n", "<+>", "function"),
        ("x.ml", "let ( >>= ) a f = f a\n", ">>=", "function"),
        ("x.java", '@interface A { String name() default ""; }\n', "A.name", "method"),
        ("x.c", "typedef int callback(int);\n", "callback", "type"),
        ("x.c", "typedef void *(*load_t)(int);\n", "load_t", "type"),
    ],
)
def test_definitions_by_a_call_and_without_a_body_are_found(path: str, text: str, name: str, kind: str) -> None:
    assert definitions_of(path, text).get(name) == kind


def test_the_own_name_of_an_assigned_function_does_not_qualify_the_names_inside() -> None:
    text = "exports.load = function read() {\n  function parse() {}\n};\nconst sum = function sum() {};\n"
    assert definitions_of("x.js", text) == {
        "load": "function",
        "load.read": "function",
        "load.parse": "function",
        "sum": "function",
    }


def test_an_inline_definition_leaves_the_comment_to_the_one_inside() -> None:
    text = "// Shows it.\nA.show = A.print = function () {};\n"
    regions = Page("javascript", split_lines(text)).outline().walk()
    found = {region.definition.name: (region.definition.docstring, region.first_line) for region in regions}
    assert found == {"show": ("Shows it.", 1), "print": ("Shows it.", 1)}


def test_an_imported_module_is_not_a_definition() -> None:
    assert definitions_of("x.js", 'const fs = require("fs");\n') == {}


def test_the_rest_of_a_statement_between_preprocessor_branches_is_not_a_function() -> None:
    text = "int f(int a) {\n#ifdef A\n  if (a) {\n#else\n  if (!a) {\n#endif\n  } else if (a) {\n  }\n}\n"
    assert "if" not in definitions_of("x.c", text)


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("cdef double clamp(double a, double b) nogil:\n    return a\n", "clamp", "function"),
        ("cdef inline bint less(int a, int b) noexcept nogil: return a < b\n", "less", "function"),
        ("cdef class Node(Base):\n    cdef (int, int) pair(self):\n        return 1, 2\n", "Node.pair", "method"),
        (
            "cdef class Node:\n    cpdef get(self,\n              str key=None):\n        return key\n",
            "Node.get",
            "method",
        ),
        (
            "cdef class Node:\n    def __init__(self, int[:, ::1] m not None):\n        pass\n",
            "Node.__init__",
            "method",
        ),
        ("ctypedef fused number:\n    int\n    double\n", "number", "class"),
        ("def plain(a, b=(1, 2)):\n    return a\n", "plain", "function"),
    ],
)
def test_definitions_of_cython_are_found(text: str, name: str, kind: str) -> None:
    assert definitions_of("x.pyx", text).get(name) == kind


def test_scripts_of_a_component_keep_their_lines_and_their_language() -> None:
    text = '<template>\n<p/>\n</template>\n<script lang="ts">\nfunction f(a: string): void {}\n</script>\n'
    (region,) = Page("vue", split_lines(text)).outline().walk()
    assert (region.definition.name, region.definition.first_line) == ("f", 5)
    assert script_of_component("svelte", b"<script>\nf()\n</script>") == ("javascript", b"        \nf()\n         ")


@example(["cdef ", "int f("])
@example(["cdef ", "int f(", "\n", "a", "\n", "):"])
@example(["cdef ", "int f(", "\n", "a", ")"])
@example(["cdef ", "int f(", ":"])
@example(["cdef ", "class ", "int f(", ":"])
@given(
    st.lists(
        st.sampled_from(
            [
                "cdef ",
                "class ",
                "int f(",
                "):",
                "\n",
                "    ",
                "A_B ",
                "MACRO(x)\n",
                "é",
                "{",
                ";",
                "<script>",
                "---\n",
                "a",
            ]
        ),
        max_size=40,
    )
)
def test_a_prepared_source_has_the_lines_of_the_file(parts: list[str]) -> None:
    source = "".join(parts).encode()
    for prepared in (without_macros(source), as_python(source), script_of_component("vue", source)[1]):
        assert [len(line) for line in prepared.split(b"\n")] == [len(line) for line in source.split(b"\n")]
