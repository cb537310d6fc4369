"""Tests of which definition a name in Python refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_folder import ReferenceFolder

    FolderOf = Callable[[dict[str, str]], ReferenceFolder]

STORE = """class Base:
    def load(self):
        return self.parse()

    def parse(self):
        return 1


class Store(Base):
    def load(self):
        return super().load()

    @property
    def base(self) -> "Base":
        return Base()

    @classmethod
    def make(cls) -> "Store":
        return cls()


def open_store() -> Store:
    return Store()
"""


def test_the_same_file_and_imports_with_aliases_are_certain(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "pkg/a.py": "def run():\n    pass\n\n\nrun()\n",
            "pkg/b.py": "from pkg.a import run as start\n\nstart()\n",
            "pkg/c.py": "from . import a\nimport pkg.a as other\n\na.run()\nother.run()\n",
            "pkg/d.py": "import pkg.a\n\npkg.a.run()\n",
        }
    )
    assert folder.certainties("run") == {
        "pkg/a.py:1": "certain definition",
        "pkg/a.py:5": "certain call",
        "pkg/b.py:1": "certain import",
        "pkg/b.py:3": "certain call",
        "pkg/c.py:4": "certain call",
        "pkg/c.py:5": "certain call",
        "pkg/d.py:3": "certain call",
    }


def test_re_exports_and_wildcard_imports_are_followed(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "pkg/__init__.py": "from .inner import run\n",
            "pkg/inner.py": "def run():\n    pass\n",
            "use.py": "from pkg import run\n\nrun()\n",
            "wild.py": "from pkg import *\n\nrun()\n",
        }
    )
    found = folder.certainties("run")
    assert (found["use.py:3"], found["wild.py:3"]) == ("certain call", "certain call")


def test_a_submodule_of_a_package_without_init_file_is_found(folder_of: FolderOf) -> None:
    folder = folder_of({"pkg/a.py": "def run():\n    pass\n", "use.py": "from pkg import a\n\na.run()\n"})
    assert folder.certainties("run")["use.py:3"] == "certain call"


def test_local_names_and_other_definitions_only_have_the_name(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.py": "def run():\n    pass\n",
            "b.py": "def run():\n    pass\n\n\nrun()\n",
            "c.py": "from a import run\n\n\ndef f(run):\n    run()\n\n\ndef g():\n    run = 1\n    return run\n",
            "d.py": "from outside import run\n\nrun()\n",
        }
    )
    found = folder.certainties("a.run")
    for place in ("b.py:5", "c.py:4", "c.py:5", "c.py:9", "c.py:10", "d.py:3"):
        assert found[place].startswith("name only"), place
    assert found["c.py:1"] == "certain import"
    assert folder.found("a.run").definitions == ("a.py:1",)


def test_methods_are_found_through_the_class_and_its_bases(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "store.py": STORE,
            "use.py": "from store import Store, open_store\n\n\ndef f(store: Store, unknown):\n    store.parse()\n"
            "    Store().parse()\n    open_store().parse()\n    Store.make().base.parse()\n    unknown.parse()\n"
            "    with Store() as opened:\n        opened.parse()\n",
        }
    )
    assert folder.certainties("parse") == {
        "store.py:3": "certain call",
        "store.py:5": "certain definition",
        "use.py:5": "certain call",
        "use.py:6": "certain call",
        "use.py:7": "certain call",
        "use.py:8": "certain call",
        "use.py:9": "probable call",
        "use.py:11": "certain call",
    }


def test_an_override_is_shown_as_such(folder_of: FolderOf) -> None:
    found = folder_of({"store.py": STORE}).certainties("Base.load")
    assert found == {
        "store.py:2": "certain definition",
        "store.py:10": "probable override",
        "store.py:11": "certain call",
    }


def test_a_context_manager_may_return_another_object(folder_of: FolderOf) -> None:
    text = (
        "from store import Store\n\n\nclass Opening:\n    async def __aenter__(self) -> Store:\n        return 1\n"
        "\n\nasync def f():\n    async with Opening() as store:\n        store.parse()\n"
    )
    assert folder_of({"store.py": STORE, "use.py": text}).certainties("parse")["use.py:11"] == "certain call"


def test_fields_that_a_constructor_assigns_have_their_type(folder_of: FolderOf) -> None:
    text = (
        "from store import Store\n\n\nclass User:\n    def __init__(self, given: Store):\n        self.given = given\n"
        "        self.made = Store()\n\n    def use(self):\n        self.given.parse()\n        self.made.parse()\n"
    )
    found = folder_of({"store.py": STORE, "use.py": text}).certainties("parse")
    assert (found["use.py:10"], found["use.py:11"]) == ("certain call", "certain call")


def test_methods_of_built_in_types_only_have_the_name(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.py": "class Errors:\n    def append(self, error):\n        pass\n",
            "b.py": "def f(errors):\n    errors.append(1)\n    [].append(2)\n",
        }
    )
    assert folder.certainties("append") == {
        "a.py:2": "certain definition",
        "b.py:2": "name only call",
        "b.py:3": "name only call",
    }


def test_text_only_has_the_name(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.py": 'def run():\n    pass\n\n\nx = f"{run()} run"  # run\n__all__ = ["run"]\n',
            "README.md": "Call `run`.\n",
        }
    )
    found = folder.found("run")
    assert [(place.line, place.column, place.certainty.value) for place in found.places if place.line == 5] == [
        (5, 8, "certain"),
        (5, 15, "name only"),
        (5, 23, "name only"),
    ]
    assert {place.role.value for place in found.places} == {"code", "documentation"}


def test_recursion_and_imports_in_circles_end(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.py": "from b import *\nfrom b import run\n\n\ndef f(x):\n    x = x.run()\n    return f(x.run())\n",
            "b.py": "from a import *\nfrom a import run\n\nclass A(A):\n    pass\n\nA().run()\n",
        }
    )
    assert len(folder.certainties("run")) == 5


def test_a_nested_function_is_certain_in_its_function_only(folder_of: FolderOf) -> None:
    text = "def outer():\n    def inner():\n        pass\n\n    inner()\n\n\ninner()\n"
    assert folder_of({"a.py": text}).certainties("inner") == {
        "a.py:2": "certain definition",
        "a.py:5": "certain call",
        "a.py:8": "name only call",
    }


def test_a_class_body_does_not_hide_a_function_from_its_methods(folder_of: FolderOf) -> None:
    text = "def run():\n    pass\n\n\nclass A:\n    def run(self):\n        run()\n\n    again = run\n"
    found = folder_of({"a.py": text}).certainties("a.run")
    assert (found["a.py:7"], found["a.py:9"]) == ("certain call", "name only reference")


def test_a_call_of_a_base_may_reach_the_override(folder_of: FolderOf) -> None:
    text = "class Base:\n    def run(self):\n        self.step()\n\n    def step(self):\n        pass\n\n\n"
    text += "class Sub(Base):\n    def step(self):\n        super().step()\n"
    assert folder_of({"a.py": text}).certainties("Sub.step") == {
        "a.py:10": "certain definition",
        "a.py:3": "probable call",
        "a.py:5": "name only definition",
        "a.py:11": "name only call",
    }
