"""Tests of which definition a name refers to in languages without known scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_folder import ReferenceFolder

    FolderOf = Callable[[dict[str, str]], ReferenceFolder]


def test_a_package_of_go_is_a_folder(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "store/a.go": "package store\n\nfunc Fetch() {}\n",
            "store/b.go": "package store\n\nfunc f() { Fetch() }\n",
            "main.go": "package main\n\nfunc g() { store.Fetch(); x.Fetch(); Fetch() }\n",
        }
    )
    places = folder.found("Fetch").places
    assert [(place.path, place.line, place.certainty.value) for place in places if place.kind.value == "call"] == [
        ("main.go", 3, "certain"),
        ("store/b.go", 3, "certain"),
        ("main.go", 3, "probable"),
        ("main.go", 3, "probable"),
    ]


def test_a_class_named_as_receiver_is_certain(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a/Store.java": "class Store { static void open() {} void f() { open(); this.open(); } }\n",
            "b/Use.java": "class Use { void g() { Store.open(); other.open(); } }\n",
            "c/Door.java": "class Door { void open() {} }\n",
        }
    )
    calls = [place for place in folder.found("Store.open").places if place.kind.value == "call"]
    assert [(place.path, place.certainty.value) for place in calls] == [
        ("b/Use.java", "certain"),
        ("a/Store.java", "probable"),
        ("a/Store.java", "probable"),
        ("b/Use.java", "name only"),
    ]


def test_methods_of_standard_types_only_have_the_name(folder_of: FolderOf) -> None:
    folder = folder_of({"a.rs": "impl S { fn push(&self) {} }\n", "b.rs": "fn f() { v.push(1); S::push(&s); }\n"})
    assert [place.certainty.value for place in folder.found("push").places if place.path == "b.rs"] == [
        "certain",
        "name only",
    ]


def test_two_languages_that_share_a_name_are_kept_apart(folder_of: FolderOf) -> None:
    folder = folder_of(
        {"a.go": "package a\n\nfunc run() {}\n", "b.rb": "run(1)\n", "c.go": "package a\n\nvar x = run()\n"}
    )
    found = folder.certainties("run")
    assert (found["b.rb:1"], found["c.go:3"]) == ("name only call", "certain call")


def test_the_family_of_c_shares_its_names(folder_of: FolderOf) -> None:
    folder = folder_of({"a.c": "int run(void) { return 1; }\n", "b.cpp": "int x = run();\n"})
    assert folder.certainties("run")["b.cpp:1"] == "probable call"
