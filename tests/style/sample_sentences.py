"""Prints a random sample of the sentences in this repository, for a review of their language.

    npm run python -- tests/style/sample_sentences.py [--count 100] [--seed 1] [--in PREFIX]

Sentences come from docstrings, comments, string literals and pages in the Python, TypeScript, JavaScript and Markdown
files that git tracks, except generated ones. The same seed and repository give the same sample.
"""

from __future__ import annotations

import argparse
import ast
import io
import random
import re
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
_PATTERNS = ("*.py", "*.ts", "*.mjs", "*.js", "*.md")
# Test data are not prose of the product; generated files repeat their sources.
_EXCLUDED = re.compile(r"(^|/)(data|generated)/|^(LICENSE|CHANGELOG\.md)|NOTICES")
_GENERATED = re.compile(r"^.{0,200}?\bGENERATED\b", re.DOTALL)
_MIN_WORDS = 5
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]?\s+(?=[A-Z`\"])")
_WORD = re.compile(r"[A-Za-z][\w'-]*")
_HEADINGS = {"Args:", "Attributes:", "Raises:", "Returns:", "Yields:"}
_DOCUMENTED_NAME = re.compile(r"^\s+[\w`, ]{1,60}: ")
_COMMENT_MARK = re.compile(
    r"^\s*(/\*\*?|\*/|\*|//+)[ ]?(@\w+ (\{.*?\} )?\S* ?)?|\*/\s*$|\s@(param|returns?|throws|property|typedef)\b",
    re.MULTILINE,
)
_CODE = re.compile(r"^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|WITH|import|def|from)\b|[{};=]|\w\.\w+\(")
_SCRIPT_TOKEN = re.compile(
    r"(?P<block>/\*.*?\*/)|(?P<line>//[^\n]*(?:\n[ \t]*//[^\n]*)*)"
    r"|(?P<string>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)",
    re.DOTALL,
)


class Text(NamedTuple):
    """A piece of prose in a file.

    Attributes:
        line: its first line, from 1.
        text: its lines, without comment marks.
    """

    line: int
    text: str


class Sentence(NamedTuple):
    """A sentence with its location in the repository."""

    path: str
    line: int
    text: str


def main() -> None:
    """Print the sample as `path:line: sentence`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="the number of sentences")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the random choice")
    parser.add_argument("--in", dest="prefix", default="", help="only files whose path starts with this prefix")
    options = parser.parse_args()
    found = [each for path in _files() if path.startswith(options.prefix) for each in sentences(path)]
    chosen = random.Random(options.seed).sample(found, min(options.count, len(found)))
    for each in sorted(chosen):
        sys.stdout.write(f"{each.path}:{each.line}: {each.text}\n")
    sys.stdout.write(f"{len(chosen)} of {len(found)} sentences\n")


def _files() -> list[str]:
    command = ["git", "ls-files", "--", *_PATTERNS]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(path for path in listed.splitlines() if not _EXCLUDED.search(path))


def sentences(path: str) -> Iterator[Sentence]:
    """Yield the sentences of a file, in order."""
    source = (ROOT / path).read_text(encoding="utf-8")
    if _GENERATED.match(source):
        return
    texts = {".py": _python_texts, ".md": _page_texts}.get(Path(path).suffix, _script_texts)
    for text in texts(source):
        yield from (Sentence(path, line, sentence) for line, sentence in _split(text))


def _split(text: Text) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a text with their lines; a blank line or the name of a parameter starts a new one."""
    paragraph: list[tuple[int, str]] = []
    for line, content in enumerate([*text.text.splitlines(), ""], text.line):
        name = _DOCUMENTED_NAME.match(content)
        if not content.strip() or name or content.strip() in _HEADINGS:
            yield from _paragraph_sentences(paragraph)
            paragraph = []
        if content.strip() and content.strip() not in _HEADINGS:
            paragraph.append((line, content[name.end() :] if name else content))


def _paragraph_sentences(paragraph: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    joined, starts = "", []
    for line, content in paragraph:
        starts.append((len(joined), line))
        joined += " ".join(content.split()) + " "
    position = 0
    for sentence in _SENTENCE_END.split(joined.strip()):
        position = max(joined.find(sentence, position), 0)
        if len(_WORD.findall(re.sub(r"`[^`]*`", "", sentence))) >= _MIN_WORDS:
            yield max(line for start, line in starts if start <= position), sentence
        position += len(sentence)


def _python_texts(source: str) -> Iterator[Text]:
    tree = ast.parse(source)
    formatted = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    parts = {id(part) for node in formatted for part in node.values}
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = _literal(node)
        if not isinstance(node, ast.expr) or text is None or id(node) in parts:
            continue
        if id(node) in docstrings or _is_prose(text):
            yield Text(node.lineno, text)
    comments = [
        Text(token.start[0], token.string.lstrip("#!: "))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT and "noqa" not in token.string and "type:" not in token.string
    ]
    yield from _joined(comments)


def _literal(node: ast.AST) -> str | None:
    """Return the text of a string literal, with `…` for the values in it; None for other nodes."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "…" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _joined(comments: list[Text]) -> Iterator[Text]:
    """Yield comments, with those on adjacent lines joined."""
    block: list[Text] = []
    for comment in comments:
        if block and comment.line != block[-1].line + 1:
            yield Text(block[0].line, "\n".join(each.text for each in block))
            block = []
        block.append(comment)
    if block:
        yield Text(block[0].line, "\n".join(each.text for each in block))


def _script_texts(source: str) -> Iterator[Text]:
    for match in _SCRIPT_TOKEN.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        if match["string"] is None:
            yield Text(line, _COMMENT_MARK.sub("", match[0]))
        elif _is_prose(match[0]):
            yield Text(line, match[0][1:-1])


def _page_texts(source: str) -> Iterator[Text]:
    without_code = re.sub(r"^```.*?^```", lambda m: "\n" * m[0].count("\n"), source, flags=re.MULTILINE | re.DOTALL)
    block: list[str] = []
    for line, content in enumerate([*without_code.splitlines(), ""], 1):
        if content.startswith("|"):
            yield from (Text(line, cell) for cell in content.strip("|").split(" | "))
        starts_block = re.match(r"\s*([-*]|\d+\.) |#|\||    |$", content)
        if starts_block and block:
            yield Text(line - len(block), "\n".join(block))
            block = []
        if not re.match(r"#|\||    |$", content):
            block.append(re.sub(r"^\s*([-*]|\d+\.) ", "", content))


def _is_prose(text: str) -> bool:
    """Return whether a string literal is a sentence, rather than code, a pattern or a list of words."""
    words = _WORD.findall(text)
    letters = sum(char.isalpha() or char in " .,;:'()-\n`…" for char in text)
    return len(words) >= _MIN_WORDS and letters >= 0.85 * len(text) and not _CODE.search(text)


if __name__ == "__main__":
    main()
