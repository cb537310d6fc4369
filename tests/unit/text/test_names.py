"""Names with marks of many languages: where they begin and end, and how qualified ones are split."""

from __future__ import annotations

import re

import pytest

from sourcewise.text.names import (
    ANY_QUALIFIED_NAME,
    called_names,
    canonical_name,
    last_part,
    name_parts,
    names_at,
    names_in,
    occurrences,
)


@pytest.mark.parametrize(
    ("line", "at", "language", "names"),
    [
        ("  def empty?", 8, "ruby", ("empty?", "empty")),
        ("def withdraw!(amount)", 6, "ruby", ("withdraw!", "withdraw")),
        ("def x=(y)", 4, "ruby", ("x=", "x")),
        ("return if x!=y", 10, "ruby", ("x",)),
        ("@balance.zero?", 3, "ruby", ("@balance", "balance")),
        ("Account.open!(1)", 10, "ruby", ("Account.open!", "open!", "open")),
        ("if valid?(changes), do: save!(x)", 5, "elixir", ("valid?", "valid")),
        ("function $reset(store)", 10, "javascript", ("$reset", "reset")),
        ("this.#x = 1", 6, "javascript", ("this.#x", "#x", "x")),
        ("items$.pipe()", 3, "typescript", ("items$", "items")),
        ("insert' x t", 3, "haskell", ("insert'", "insert")),
        ("Map.insert' x t", 6, "haskell", ("Map.insert'", "insert'", "insert")),
        ("a >>= b", 3, "haskell", (">>=",)),
        ("let x' = f x", 5, "ocaml", ("x'", "x")),
        ("std::operator<<(a, b)", 8, "cpp", ("std::operator<<", "operator<<")),
        ("Foo::~Foo()", 7, "cpp", ("Foo::~Foo", "~Foo", "Foo")),
        ("self.r#type", 8, "rust", ("self.r#type", "r#type", "type")),
        ("$this->load($x)", 9, "php", ("$this->load", "load")),
        ("return $total;", 9, "php", ("$total", "total")),
        ("use App\\Models\\User;", 18, "php", ("App\\Models\\User", "Models\\User", "User")),
        ("color: var(--main-color)", 15, "css", ("--main-color", "main-color")),
        ("(string-join xs)", 3, "clojure", ("string-join",)),
        ("(valid? (swap! a inc))", 10, "clojure", ("swap!", "swap")),
        ("`a b`()", 2, "kotlin", ("a b",)),
        ("push!(x)", 2, "julia", ("push!", "push")),
        ("shutdown_now_!", 2, "scala", ("shutdown_now_!", "shutdown_now_")),
        ("my.function(x)", 1, "r", ("my.function",)),
        ("account:deposit(1)", 9, "lua", ("account:deposit", "deposit")),
        ("rm-temporary-files now", 4, "bash", ("rm-temporary-files",)),
        ("[store initWithName:[a b:1] size:2];", 10, "objective-c", ("initWithName:size:", "initWithName")),
        ("- (void)setCount:(int)count {", 10, "objective-c", ("setCount:", "setCount")),
        ("[store shared]", 8, "objective-c", ("shared",)),
        ("a?.b", 0, "javascript", ("a",)),
        ("x-1", 0, "python", ("x",)),
        ("x = 42", 5, "python", ()),
    ],
)
def test_the_name_at_a_position_has_its_marks(line: str, at: int, language: str, names: tuple[str, ...]) -> None:
    assert names_at(line, at, language) == names


@pytest.mark.parametrize(
    ("qualified", "parts"),
    [
        ("Store.load", ["Store", "load"]),
        ("Account#empty?", ["Account", "empty?"]),
        ("#x", ["#x"]),
        ("Counter.#x", ["Counter", "#x"]),
        ("Vec::operator<<", ["Vec", "operator<<"]),
        ("Vec::operator->", ["Vec", "operator->"]),
        ("Vec.operator bool", ["Vec", "operator bool"]),
        ("operator()", ["operator()"]),
        ("Foo::~Foo", ["Foo", "~Foo"]),
        ("Data.Map.!", ["Data", "Map", "!"]),
        ("Prelude.<.>", ["Prelude", "<.>"]),
        ("<$>", ["<$>"]),
        (".", ["."]),
        ("node->next", ["node", "next"]),
        ("self.r#type", ["self", "r#type"]),
        ("App\\Models\\User", ["App", "Models", "User"]),
        ("account:deposit", ["account", "deposit"]),
        ("initWithFrame:style:", ["initWithFrame:style:"]),
        ("Store.initWithFrame:style:", ["Store", "initWithFrame:style:"]),
        ("What is new?", ["What is new?"]),
    ],
)
def test_qualified_names_are_split_at_separators_only(qualified: str, parts: list[str]) -> None:
    assert name_parts(qualified) == parts
    assert last_part(qualified) == parts[-1]


@pytest.mark.parametrize(
    ("name", "language", "code", "positions"),
    [
        ("insert", "haskell", "insert' x insert", [10]),
        ("insert'", "haskell", "insert' x insert''", [0]),
        ("empty", "ruby", "empty? empty", [7]),
        ("empty?", "ruby", "not_empty? empty?", [11]),
        ("save", "elixir", "save! save", [6]),
        ("save", "ruby", "a if save!=b", [5]),
        ("x", "javascript", "$x #x x", [6]),
        ("$reset", "javascript", "a.$reset() $$reset", [2]),
        ("load", "php", "$load = $a->load();", [12]),
        ("operator<<", "cpp", "operator<<(a) operator<<=", [0]),
        ("~Foo", "cpp", "Foo::~Foo()", [5]),
        (">>=", "haskell", "a >>= b >>=> c", [2]),
        ("red", "css", "dark-red red", [9]),
        ("join", "clojure", "string-join (join)", [13]),
        ("load", "python", "load reload", [0]),
        ("setX:y:", "objective-c", "[a setX:1 y:2]", [3]),
    ],
)
def test_a_name_occurs_only_as_a_whole(name: str, language: str, code: str, positions: list[int]) -> None:
    assert [found.start() for found in occurrences(name, language).finditer(code)] == positions


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("insert''", "insert''"),
        ('"key"', "key"),
        ("`a b`", "a b"),
        ("'quoted'", "quoted"),
        ("( >>= )", ">>="),
        ("operator <<", "operator<<"),
        ("operator  bool", "operator bool"),
        ("operator()", "operator()"),
    ],
)
def test_a_canonical_name_has_no_quotes_around_it_but_keeps_its_marks(written: str, name: str) -> None:
    assert canonical_name(written) == name


def test_calls_have_the_marks_of_the_language() -> None:
    assert list(called_names("withdraw!(1); a.valid?(x); save y", "ruby")) == ["withdraw!", "valid?"]
    assert list(called_names("vec![]; println!(x); a::b(c)", "rust")) == ["println", "b"]
    assert list(called_names("$reset(); this.#go(); a.b.c", "javascript")) == ["$reset", "#go"]


def test_names_of_code_have_the_marks_of_the_language() -> None:
    assert list(names_in("insert' x (a' b)", "haskell")) == ["insert'", "x", "a'", "b"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("empty?", "empty?"),
        ("Account#withdraw!", "Account#withdraw!"),
        ("operator<<(os, x)", "operator<<"),
        ("insert'", "insert'"),
        ("retry-after", "retry-after"),
        ("n - 1", "n"),
        ("i-1", "i"),
        ("std::vector<int>", "std::vector"),
        ("App\\User::find", "App\\User::find"),
        ("initWith:style:", "initWith:style:"),
        ("note: text", "note"),
        ("f(x)=", "f"),
        ("x != y", "x"),
    ],
)
def test_a_name_of_an_unknown_language_has_the_marks_of_any(text: str, name: str) -> None:
    found = re.search(ANY_QUALIFIED_NAME, text)
    assert found
    assert found.group() == name
