"""Recognizes files that only stand for content stored elsewhere, such as Git LFS pointers.

Hides the formats of such placeholders.
"""

from __future__ import annotations

import re

_MOST_CHARACTERS = 1_024
_LFS = re.compile(r"version https?://(?:git-lfs\.github\.com|hawser\.github\.com|git-media\.io)/\S{1,100}\r?\n")
_LFS_CONTENT = re.compile(r"^oid \w{1,20}:[0-9a-f]{32,128}\r?$", re.MULTILINE)
_ANNEX = re.compile(r"(?:\.\./){0,50}(?:\.git)?/annex/objects/\S{1,900}\s*+$")


def placeholder_of(text: str) -> str:
    """Return the kind of placeholder and how to get the content; empty for other text."""
    if len(text) > _MOST_CHARACTERS:
        return ""
    if _LFS.match(text) and _LFS_CONTENT.search(text):
        return "a Git LFS pointer; run `git lfs pull` to download the content"
    if _ANNEX.match(text):
        return "a git-annex pointer; run `git annex get` to download the content"
    return ""
