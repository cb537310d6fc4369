"""Print the syntax tree of a file, to see the names of nodes and fields while writing a query.

npm run python -- tests/support/print_syntax_tree.py FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

from sourcewise.chunking.grammars import parser_for
from sourcewise.text.languages import language_of

_SHOWN_CHARACTERS = 40


def main(file: Path) -> int:
    """Return the exit code."""
    text = file.read_text(encoding="utf-8")
    language = language_of(file.name, text)
    parser = parser_for(language)
    if parser is None:
        sys.stderr.write(f"There is no grammar for {language}, the language of {file}.\n")
        return 1
    waiting = [(parser.parse(text.encode()).root_node, 0, "")]
    while waiting:
        node, depth, field = waiting.pop()
        text_of_leaf = "" if node.child_count else repr((node.text or b"").decode()[:_SHOWN_CHARACTERS])
        line = node.start_point.row + 1
        sys.stdout.write(
            f"{line:>4} {'  ' * depth}{f'{field}: ' if field else ''}{node.type} {text_of_leaf}".rstrip() + "\n"
        )
        inner = [(child, depth + 1, node.field_name_for_child(i) or "") for i, child in enumerate(node.children)]
        waiting.extend(reversed([each for each in inner if each[0].is_named or each[0].is_error]))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
