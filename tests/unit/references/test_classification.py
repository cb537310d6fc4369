"""Tests of what a name is at a place, one small file for each language."""

from __future__ import annotations

import pytest

from sourcewise.chunking.syntax import has_parser
from sourcewise.domain.code import FileStamp, SourceFile
from sourcewise.references.node_types import NODE_TYPES
from sourcewise.references.parsed_file import ParsedFile
from sourcewise.text.languages import language_of

# For each language a file name and a text. Each line that has `N` ends with a mark and the kinds of the occurrences
# of `N` in it.
SAMPLES: dict[str, tuple[str, str]] = {
    "python": (
        "a.py",
        """
from m import N  #: import
import N.b as c  #: import
@N  #: decorator
def f(): ...
@N(1)  #: decorator
class A(N, m.N[T], metaclass=M):  #: base base
    def N(self, x: N = 1): ...  #: definition reference
N(1)  #: call
a.N(N=2)  #: call keyword-argument
x = {"N": N}  #: key reference
y = f"N {N()!r}"  #: string call
z = [a.N for a in b]  #: reference
class N: ...  #: definition
""",
    ),
    "javascript": (
        "a.js",
        """
import N, { a as b } from "./x";  //: import
import { N as q } from "N";  //: import string
class A extends N { N() {} }  //: base definition
N(1);  //: call
this.N(2);  //: call
new N();  //: call
x = { N: 1, other: N };  //: key reference
`N ${N}`;  //: string reference
export { N } from "./y";  //: import
function N() {}  //: definition
""",
    ),
    "typescript": (
        "a.ts",
        """
@N() class A<T> extends n.N<T> implements N { p: N }  //: decorator base base reference
interface K extends N { f(): N }  //: base reference
N<T>(1);  //: call
a?.N(3);  //: call
interface N {}  //: definition
""",
    ),
    "tsx": ("a.tsx", "\nconst a = <N b={N}>x</N>;  //: call reference reference\n"),
    "go": (
        "a.go",
        """
package a
import N "x/y"  //: import
type N struct { int }  //: definition
type B struct { N; name N }  //: base reference
func (a *N) M(x N) { a.N(x) }  //: reference reference call
func f() { N(1); s := N{N: v} }  //: call call key
""",
    ),
    "java": (
        "A.java",
        """
import a.b.N;  //: import
@N class A extends N<T> implements I, p.N { }  //: decorator base base
class B { void N() { N(1); a.N(2); new N(3); }  //: definition call call call
void f() { this.x = Y.N; String s = "N"; } }  //: reference string
@A(N = 1) class C { N f; }  //: keyword-argument reference
class N {}  //: definition
""",
    ),
    "rust": (
        "a.rs",
        """
use a::b::{N, c as d};  //: import
#[N] struct S { a: N }  //: decorator reference
impl N for S { fn f(&self) { self.N(); N(1); S::N(2); }  //: base call call call
fn g() { N!(x); N { a: 1 }; h::<N>(3); } }  //: call call reference
trait A: N + C {}  //: base
fn N() {}  //: definition
""",
    ),
    "c": (
        "a.c",
        """
int N(int a) { return a; }  //: definition
int f(int a) { N(a); s->N(1); struct S x = {.N = 1}; return N; }  //: call call key reference
char *t = "N"; /* N */  //: string comment
""",
    ),
    "cpp": (
        "a.cpp",
        """
using ns::N;  //: import
class A : public N, private x::N { void N() { N(1); }  //: base base definition call
void f() { a.N(2); ns::N(3); p->N<T>(4); new N(1); } };  //: call call call call
class N {};  //: definition
""",
    ),
    "csharp": (
        "A.cs",
        """
using A.N;  //: import
[N(1)] class A : N<T>, I { void N() { N(1); a.N(2); }  //: decorator base definition call call
void F() { a?.N(3); new N(4); F(N: 5); } }  //: call call keyword-argument
class B { string s = $"N {N(1)}"; }  //: string call
class N {}  //: definition
""",
    ),
    "ruby": (
        "a.rb",
        """
require 'N'  #: string
class A < B::N  #: base
  include N  #: base
  def N; N(1); a.N 2; N.new(N: 1); end  #: definition call call reference key
  def g; "N #{N(2)}"; end  #: string call
end
class N; end  #: definition
""",
    ),
    "php": (
        "a.php",
        """<?php
use A\\N;  //: import
#[N] class A extends N implements I, N { use N; }  //: decorator base base base
class B { function N() { N(1); $this->N(2); A::N(3); }  //: definition call call call
function f() { new N(4); g(N: 5); } }  //: call keyword-argument
class N {}  //: definition
""",
    ),
    "kotlin": (
        "a.kt",
        """
import a.b.N  //: import
@N class A : N(1), I<T> { fun N() { N(1); a.N(2) }  //: decorator base definition call call
fun f() { g(N = 5); g(N) } }  //: keyword-argument reference
class N  //: definition
""",
    ),
    "swift": (
        "a.swift",
        """
import N  //: import
class A: N { func N() { N(1); a.N(2); g(N: 3) } }  //: base definition call call keyword-argument
let s = "N \\(N())"  //: string call
class N {}  //: definition
""",
    ),
    "scala": (
        "a.scala",
        """
import a.b.{C, N}  //: import
class A(x: Int) extends N(x) with N { def N = { N(1); a.N(2); new N(3) } }  //: base base definition call call call
class N  //: definition
""",
    ),
    "lua": (
        "a.lua",
        """
local function N() end  --: definition
N(1); a.N(2); a:N(3)  --: call call call
t = { N = 1, b = N, c = "N" }  --: key reference string
""",
    ),
    "bash": (
        "a.sh",
        """
N() { true; }  #: definition
N 1; x="$(N 2) N"  #: call call string
""",
    ),
    "elixir": (
        "a.ex",
        """
defmodule A do
  use N  #: base
  alias N, as: D  #: import
  def f(x), do: m(N, "N")  #: reference string
end
""",
    ),
    "json": ("a.json", '\n{"N": 1,\n "b": "N"}\n'),
    "yaml": ("a.yaml", "\nN: 1  #: key\nb: N  #: string\n"),
    "toml": ("a.toml", '\nN = 1  #: key\nb = "N"  #: string\n'),
}


def kinds_by_line(path: str, text: str, name: str = "N") -> dict[int, list[str]]:
    file = SourceFile(FileStamp(path, 0, 0), text, language_of(path, text), "")
    found: dict[int, list[str]] = {}
    for place in ParsedFile(file).occurrences_of(name).occurrences:
        found.setdefault(place.line, []).append(place.kind.value)
    return found


def expected_kinds(text: str) -> dict[int, list[str]]:
    marked = (line.rpartition(": ")[2] if ": " in line else "" for line in text.splitlines())
    marks = ("//: ", "#: ", "--: ")
    return {
        number: kinds.split()
        for number, (kinds, line) in enumerate(zip(marked, text.splitlines(), strict=True), 1)
        if any(mark in line for mark in marks)
    }


@pytest.mark.parametrize("language", [language for language in SAMPLES if language != "json"])
def test_each_language_has_its_kinds(language: str) -> None:
    path, text = SAMPLES[language]
    assert language_of(path) == language
    assert kinds_by_line(path, text) == expected_kinds(text)


def test_keys_of_json() -> None:
    assert kinds_by_line(*SAMPLES["json"]) == {2: ["key"], 3: ["string"]}


def test_every_table_is_for_a_language_with_a_grammar() -> None:
    assert [language for language in NODE_TYPES if not has_parser(language)] == []


def test_a_language_without_a_table_uses_the_general_one() -> None:
    assert kinds_by_line("a.jl", "N(1)\nx = N # N\n") == {1: ["call"], 2: ["reference", "comment"]}


def test_a_language_without_a_grammar_has_references_and_comments() -> None:
    assert kinds_by_line("a.vim", "call N(1)\n# N\n") == {1: ["reference"], 2: ["comment"]}


def test_prose_has_documents() -> None:
    assert kinds_by_line("README.md", "# N\n\nCall `N()`.\n") == {1: ["document"], 3: ["document"]}


def test_broken_code_still_has_all_places() -> None:
    broken = "def f(:\n    N(1\nclass (((\nN N N\n"
    assert sum(map(len, kinds_by_line("a.py", broken).values())) == 4


def test_mixed_line_ends_count_as_lines() -> None:
    assert list(kinds_by_line("a.py", "x = 1\r\nN()\ry = N\nN\r\n")) == [2, 3, 4]


def test_deep_nesting_ends() -> None:
    text = "(" * 3000 + "N" + ")" * 3000
    assert sum(map(len, kinds_by_line("a.py", f"x = {text}\n").values())) == 1


def test_other_names_that_contain_the_name_are_left_out() -> None:
    assert kinds_by_line("a.py", "NN = aN.N_ + N2\n") == {}
