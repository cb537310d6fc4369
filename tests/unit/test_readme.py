"""The README is short, and links to every other page."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAX_WORDS = 700


def test_it_is_short() -> None:
    assert len(README.split()) <= MAX_WORDS  # as `wc -w` counts them


def test_it_shows_one_picture() -> None:
    assert len(re.findall(r"!\[", README)) == 1


def test_it_links_to_every_page() -> None:
    folders = (ROOT, ROOT / "server", ROOT / "extension", ROOT / "server" / "sourcewise" / "chunking" / "queries")
    pages = {page.relative_to(ROOT).as_posix() for folder in folders for page in folder.glob("*.md")} - {"README.md"}
    assert len(pages) > 10
    assert pages == {target for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)]*)\)", README) if target.endswith(".md")}
