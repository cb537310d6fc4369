"""Files that are not worth reading or not written by a person, by name and by content.

Hides the lists of suffixes and names, and what minified and generated text looks like.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sourcewise.domain.code import SkipReason


class Verdict(NamedTuple):
    """Why a file stays out."""

    reason: SkipReason
    detail: str


# Only suffixes that nobody gives to text; the rest is left to a look at the bytes.
_BINARY_NAME = re.compile(
    r"""[^/]\.(?P<suffix> avif|bmp|gif|heic|icns|ico|jp2|jpe?g|png|psd|tiff?|webp
    | aac|aiff|flac|m4a|mp3|ogg|opus|wav|wma | avi|flv|m4v|mkv|mov|mp4|mpe?g|ogv|webm|wmv
    | 7z|bz2|cab|gz|lz4|lzma|rar|tar|tgz|xz|zip|zst | apk|deb|dmg|ear|egg|ipa|iso|jar|msi|rpm|war|whl
    | class|dex|dll|dylib|elf|exe|o|pdb|py[cdo]|so|wasm | eot|otf|tt[cf]|woff2?
    | docx?|epub|od[pst]|pdf|pptx?|xlsx? | db|db-shm|db-wal|mdb|sqlite3?
    | feather|gguf|h5|hdf5|np[yz]|onnx|orc|parquet|pickle|pkl|safetensors|tflite | bin|pcap )$""",
    re.VERBOSE,
)
_LOCK_FILES = frozenset(
    {
        ".terraform.lock.hcl",
        "bun.lock",
        "cargo.lock",
        "composer.lock",
        "conda-lock.yml",
        "deno.lock",
        "flake.lock",
        "gemfile.lock",
        "go.sum",
        "go.work.sum",
        "gradle.lockfile",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "package.resolved",
        "packages.lock.json",
        "pdm.lock",
        "pipfile.lock",
        "pixi.lock",
        "pnpm-lock.yaml",
        "podfile.lock",
        "poetry.lock",
        "pubspec.lock",
        "uv.lock",
        "yarn.lock",
    }
)
_MINIFIED_NAME = re.compile(r"[.-]min\.(?:js|mjs|cjs|css|html?|svg|json)$")
_SOURCE_MAP = re.compile(r"\.(?:js|mjs|cjs|jsx|ts|tsx|css|scss)\.map$")
_PROSE = (".adoc", ".markdown", ".md", ".mdx", ".org", ".rst", ".tex", ".txt")

_LONGEST_LINE = 20_000
_LONGEST_AVERAGE = 500
_LEAST_MINIFIED = 2_000

_HEAD_LINES = 30
_HEAD_CHARS = 6_000
# The marker stands at the beginning of a comment or shortly after; quoted, it is only talked about.
_LEAD = r"[^\n\"'`]{0,80}?"
_COMMENT = r"^[ \t]*+(?://++ | /?\*++ | \#++ | --++ | ;++ | %++ | <!-- | \(\* | \{- | \"\"\" | ''' | @?rem\b)" + _LEAD
_PROSE_COMMENT = r"^[ \t]*+<!--" + _LEAD
_MARKER = r"""(?:
    (?-i:\bDO\ NOT\ EDIT\b) | (?<![\w@])@generated\b | <auto-?generated
    | \bcode\ generated\ (?:by|from)\b | \bauto(?:matically)?[- ]?generated\ (?:by|from|using|with)\b
    | \bthis\ (?:file|code|module|class)\ (?:is|was|has\ been)\ (?:auto(?:matically)?[- ]?)?generated\b
    | \bthis\ is\ an?\ (?:auto(?:matically)?[- ]?)?generated\ file\b
    | \bgenerated\ by\ the\ (?:protocol\ buffer\ compiler|grpc) )"""
_FLAGS = re.IGNORECASE | re.MULTILINE | re.VERBOSE
_GENERATED = re.compile(_COMMENT + _MARKER, _FLAGS)
_GENERATED_PROSE = re.compile(_PROSE_COMMENT + _MARKER, _FLAGS)


def name_verdict(path: str) -> Verdict | None:
    """Judge a file by its name alone."""
    name = path.rpartition("/")[2].lower()
    if binary := _BINARY_NAME.search(name):
        return Verdict(SkipReason.BINARY, f"*.{binary['suffix']}")
    if name == ".sourcewiseignore":
        return Verdict(SkipReason.IGNORED, "it only says what stays out")
    if name in _LOCK_FILES:
        return Verdict(SkipReason.GENERATED, "lock file")
    if _MINIFIED_NAME.search(name):
        return Verdict(SkipReason.MINIFIED, "its name says so")
    return Verdict(SkipReason.GENERATED, "source map") if _SOURCE_MAP.search(name) else None


def content_verdict(path: str, text: str) -> Verdict | None:
    """Judge a file by its text."""
    return _blank(text) or _generated(path, text) or _minified(path, text)


def _blank(text: str) -> Verdict | None:
    return Verdict(SkipReason.EMPTY, "only white space") if not text or text.isspace() else None


def _generated(path: str, text: str) -> Verdict | None:
    head = "\n".join(text[:_HEAD_CHARS].splitlines()[:_HEAD_LINES])
    found = (_GENERATED_PROSE if path.lower().endswith(_PROSE) else _GENERATED).search(head)
    if not found:
        return None
    line = head.count("\n", 0, found.end()) + 1
    return Verdict(SkipReason.GENERATED, f"it says so in line {line}")


def _minified(path: str, text: str) -> Verdict | None:
    if len(text) < _LEAST_MINIFIED:
        return None
    lengths = [len(line) for line in text.splitlines()]
    longest = max(lengths)
    if longest > _LONGEST_LINE:
        return Verdict(SkipReason.MINIFIED, f"line {lengths.index(longest) + 1} has {longest:,} characters")
    average = sum(lengths) // len(lengths)
    if average > _LONGEST_AVERAGE and not path.lower().endswith(_PROSE):
        return Verdict(SkipReason.MINIFIED, f"its lines have {average:,} characters on average")
    return None
