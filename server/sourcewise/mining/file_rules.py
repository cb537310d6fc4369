"""Classifies files that are not worth indexing, by name and by content.

Hides the order of the rules. Each rule except that for `.sourcewiseignore` and empty files is a heuristic, which a rule
with `!` in `.sourcewiseignore` overrides.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sourcewise.domain.code import SkipReason
from sourcewise.mining.generated_header import generated_statement
from sourcewise.mining.generators import generator_of_name, generator_of_text
from sourcewise.mining.minified import minified_share
from sourcewise.mining.placeholders import placeholder_of
from sourcewise.text.languages import is_prose
from sourcewise.text.lines import split_lines


class Verdict(NamedTuple):
    """Why a file is skipped."""

    reason: SkipReason
    detail: str


HEURISTICS = frozenset(
    {
        SkipReason.BINARY,
        SkipReason.GENERATED,
        SkipReason.MINIFIED,
        SkipReason.PLACEHOLDER,
        SkipReason.TOO_LARGE,
    }
)
"""The reasons that a rule with `!` in `.sourcewiseignore` overrides."""

MOST_BYTES_OF_ANY = 20_000_000
"""The size limit of files that a rule includes with `!`, and of notebooks, which are mostly outputs."""

UNDECODABLE = "its bytes are not text"
"""The detail of a binary file that no rule can include."""

# Only suffixes that text files do not have; other files are recognized as binary by their bytes.
_BINARY_NAME = re.compile(
    r"""[^/]\.(?P<suffix> avif|bmp|gif|heic|icns|ico|jp2|jpe?g|png|psd|tiff?|webp
    | aac|aiff|flac|m4a|mp3|ogg|opus|wav|wma | avi|flv|m4v|mkv|mov|mp4|mpe?g|ogv|webm|wmv
    | 7z|bz2|cab|gz|lz4|lzma|rar|tar|tgz|xz|zip|zst | apk|deb|dmg|ear|egg|ipa|iso|jar|msi|rpm|war|whl
    | class|dex|dll|dylib|elf|exe|o|pdb|py[cdo]|so|wasm | eot|otf|tt[cf]|woff2?
    | docx?|epub|od[pst]|pdf|pptx?|xlsx? | db|db-shm|db-wal|mdb|sqlite3?
    | feather|gguf|h5|hdf5|np[yz]|onnx|orc|parquet|pickle|pkl|safetensors|tflite | bin|pcap )$""",
    re.VERBOSE,
)
_MINIFIED_NAME = re.compile(r"[.-]min\.(?:js|mjs|cjs|css|html?|svg|json)$")
_HEAD_LINES = 40
_HEAD_CHARACTERS = 8_000


def name_verdict(path: str) -> Verdict | None:
    """Return why a file is skipped by its name alone; None if it is not."""
    name = path.rpartition("/")[2].lower()
    if binary := _BINARY_NAME.search(name):
        return Verdict(SkipReason.BINARY, f"*.{binary['suffix']}")
    if name == ".sourcewiseignore":
        return Verdict(SkipReason.IGNORED, "it only has ignore rules")
    if generator := generator_of_name(path):
        return Verdict(SkipReason.GENERATED, generator)
    return Verdict(SkipReason.MINIFIED, "its name says so") if _MINIFIED_NAME.search(name) else None


def size_verdict(size: int, most_bytes: int) -> Verdict | None:
    """Return the verdict on a file that is too large; its detail names only the limit, so growing causes no update."""
    return Verdict(SkipReason.TOO_LARGE, f"the limit is {most_bytes:,} bytes") if size > most_bytes else None


def content_verdict(path: str, text: str) -> Verdict | None:
    """Return why a file is skipped by its text; None if it is not."""
    return _blank(text) or _placeholder(text) or _generated(path, text) or _minified(path, text)


def _blank(text: str) -> Verdict | None:
    return Verdict(SkipReason.EMPTY, "only white space") if not text or text.isspace() else None


def _placeholder(text: str) -> Verdict | None:
    placeholder = placeholder_of(text)
    return Verdict(SkipReason.PLACEHOLDER, placeholder) if placeholder else None


def _generated(path: str, text: str) -> Verdict | None:
    head = split_lines(text[:_HEAD_CHARACTERS])[:_HEAD_LINES]
    if mark := generator_of_text(path, head):
        generator, line = mark
        return Verdict(SkipReason.GENERATED, f"it has the mark of a generator ({generator}) in line {line}")
    line = generated_statement(head, prose=is_prose(path))
    return Verdict(SkipReason.GENERATED, f"it says so in line {line}") if line else None


def _minified(path: str, text: str) -> Verdict | None:
    share = minified_share(path, text)
    return Verdict(SkipReason.MINIFIED, f"{share:.0%} of it is in dense long lines") if share else None
