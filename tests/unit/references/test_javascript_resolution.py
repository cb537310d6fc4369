"""Tests of which definition a name in JavaScript and TypeScript refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reference_folder import ReferenceFolder

    FolderOf = Callable[[dict[str, str]], ReferenceFolder]


def test_imports_exports_and_aliases_are_followed(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "src/a.ts": "export function run() {}\nrun();\n",
            "src/index.ts": 'export { run } from "./a";\nexport * from "./a.js";\n',
            "src/b.ts": 'import { run as start } from ".";\nstart();\n',
            "src/c.ts": 'import * as all from "./a";\nall.run();\n',
            "src/d.ts": 'import { run } from "library";\nrun();\n',
        }
    )
    assert folder.certainties("run") == {
        "src/a.ts:1": "certain definition",
        "src/a.ts:2": "certain call",
        "src/index.ts:1": "certain import",
        "src/b.ts:1": "certain import",
        "src/b.ts:2": "certain call",
        "src/c.ts:2": "certain call",
        "src/d.ts:1": "name only import",
        "src/d.ts:2": "name only call",
    }


def test_require_is_an_import(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "lib/a.js": "function run() {}\nmodule.exports = { run };\n",
            "lib/b.js": 'const { run } = require("./a");\nrun();\n',
            "lib/c.js": 'const a = require("./a");\na.run();\n',
            "lib/d.js": "exports.walk = function () {};\n",
            "lib/e.js": 'const d = require("./d");\nd.walk();\n',
        }
    )
    found = folder.certainties("run")
    assert (found["lib/b.js:2"], found["lib/c.js:2"]) == ("certain call", "certain call")
    assert folder.certainties("walk")["lib/e.js:2"] == "certain call"


def test_methods_are_found_through_this_bases_and_types(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.ts": "export class Base {\n  parse() { return this.load(); }\n  load() {}\n}\n",
            "b.ts": 'import { Base } from "./a";\nclass Sub extends Base {\n  constructor(private base: Base) {}\n'
            "  go(x: Base, y) { this.load(); super.load(); x.load(); this.base.load(); }\n}\nnew Sub(1).load();\n"
            "function f(y) { y.load(); }\n",
        }
    )
    assert folder.certainties("load") == {
        "a.ts:2": "certain call",
        "a.ts:3": "certain definition",
        "b.ts:4": "certain call",
        "b.ts:6": "certain call",
        "b.ts:7": "probable call",
    }


def test_local_variables_hide_other_definitions(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.js": "export const run = () => 1;\nfunction f(run) { run(); }\n"
            "function g() { const run = 1; return run; }\n",
        }
    )
    found = folder.certainties("run")
    assert found["a.js:1"] == "certain definition"
    assert found["a.js:2"].startswith("name only")
    assert found["a.js:3"].startswith("name only")


def test_default_exports_and_interfaces(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.ts": "export default class Shape {}\n",
            "b.ts": 'import Figure from "./a";\nclass Circle extends Figure {}\nlet x: Figure;\n',
            "c.ts": 'import Shape from "./a";\nnew Shape();\n',
        }
    )
    found = folder.certainties("Shape")
    assert (found["c.ts:1"], found["c.ts:2"]) == ("certain import", "certain call")


def test_scripts_of_components_are_parsed(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "src/a.ts": "export function run() {}\n",
            "src/B.vue": '<template>run</template>\n<script lang="ts">\nimport { run } from "./a"\nrun()\n</script>\n',
        }
    )
    found = folder.certainties("run")
    assert found["src/B.vue:4"] == "certain call"
    assert found["src/B.vue:1"] != "certain call"


def test_a_class_that_a_module_exports_as_a_whole(folder_of: FolderOf) -> None:
    folder = folder_of(
        {
            "a.js": "class Shape { area() {} }\nmodule.exports = Shape;\n",
            "b.js": 'const Figure = require("./a");\nnew Figure().area();\nnew Figure();\n',
        }
    )
    assert folder.certainties("area")["b.js:2"] == "certain call"
    assert folder.certainties("Shape")["a.js:2"] == "certain reference"


def test_variables_begin_with_a_definition(folder_of: FolderOf) -> None:
    folder = folder_of({"a.js": "export const options = { a: 1 };\nuse(options);\n"})
    assert folder.certainties("options") == {"a.js:1": "certain definition", "a.js:2": "certain reference"}
