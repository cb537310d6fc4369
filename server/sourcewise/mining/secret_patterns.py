"""Recognizes files with secrets, by name and by content.

Hides the formats of keys and tokens, and how a real one differs from a placeholder: by its length and its random
characters. Reports name the kind and the line, never the secret.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from fnmatch import translate
from itertools import pairwise

_NAMES = (
    ".env",
    ".env.*",
    ".git-credentials",
    ".htpasswd",
    ".netrc",
    ".pgpass",
    ".pypirc",
    "*.jks",
    "*.kdb",
    "*.kdbx",
    "*.key",
    "*.keystore",
    "*.p12",
    "*.pem",
    "*.pfx",
    "*.ppk",
    "_netrc",
    "client_secret*.json",
    "credentials.json",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_rsa",
    "service-account*.json",
)
_PATHS = (".aws/credentials", ".docker/config.json", ".kube/config")
_TEMPLATES = (".dist", ".example", ".sample", ".template")

_NAME = re.compile("|".join(f"({translate(name)})" for name in _NAMES))

# Text between a key's first line and its body: line ends, also escaped ones in strings, quotes, comment signs.
_JOINT = r"(?:\\[rn]|[\s\"'+,\\#*/]){0,1000}+"
_KEY_HEADER = r"(?:[A-Z][A-Za-z-]{2,30}: [^\n\\]{1,200}" + _JOINT + "){0,20}+"
_KEY_BODY = r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----" + _JOINT + _KEY_HEADER
# The kind, substrings of which a text must contain one, and the expression with the random part in a group.
_KINDS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("private key", ("PRIVATE KEY",), _KEY_BODY + r"([A-Za-z0-9+/]{40,})"),
    ("AWS access key", ("AKIA", "ASIA"), r"A(?:KI|SI)A([A-Z0-9]{16})\b"),
    ("GitHub token", ("ghp_", "gho_", "ghs_", "ghu_", "ghr_"), r"gh[opsur]_([A-Za-z0-9]{36,255})"),
    ("GitHub token", ("github_pat_",), r"github_pat_([A-Za-z0-9_]{60,})"),
    ("GitLab token", ("glpat-",), r"glpat-([A-Za-z0-9_-]{20,})"),
    ("Slack token", ("xox",), r"xox[abeoprs]-(?:[0-9]+-){0,8}([A-Za-z0-9-]{16,})"),
    ("Google API key", ("AIza",), r"AIza([A-Za-z0-9_-]{35})"),
    ("Stripe key", ("k_live_",), r"[rs]k_live_([A-Za-z0-9]{20,})"),
    ("model provider key", ("sk-",), r"sk-(?:ant|proj|svcacct|admin|or)-([A-Za-z0-9_-]{32,})"),
    ("model provider key", ("sk-",), r"sk-([A-Za-z0-9]{32,})"),
    ("npm token", ("npm_",), r"npm_([A-Za-z0-9]{36})\b"),
    ("npm token", ("_authToken=",), r"_authToken=([A-Za-z0-9_-]{20,})"),
    ("PyPI token", ("pypi-AgE",), r"pypi-AgE([A-Za-z0-9_-]{60,})"),
    ("Hugging Face token", ("hf_",), r"hf_([A-Za-z0-9]{34,})"),
)
_CLUES = tuple(clue for _, clues, _ in _KINDS for clue in clues)
_SECRET = re.compile("|".join(expression for _, _, expression in _KINDS))
_PLACEHOLDER = re.compile(
    r"example|placeholder|changeme|redacted|dummy|your_?(?:api|key|token|secret)|xxxx", re.IGNORECASE
)
_LEAST_ENTROPY = 3.0
_JUDGED = 256  # characters of a token; enough to decide whether it is random
_WORD_LIKE = 0.4


def secret_name(path: str) -> str:
    """Return the pattern that marks a file name as that of a secret; empty if none matches."""
    lowered = path.lower()
    for place in _PATHS:
        if lowered == place or lowered.endswith(f"/{place}"):
            return place
    name = lowered.rpartition("/")[2]
    if name.endswith(_TEMPLATES):
        return ""
    found = _NAME.match(name)
    return _NAMES[found.lastindex - 1] if found and found.lastindex else ""


def find_secret(text: str) -> str:
    """Return the kind and line of the first secret in a text, `GitHub token in line 12`; empty if it has none."""
    if not any(clue in text for clue in _CLUES):
        return ""
    for found in _SECRET.finditer(text):
        if not _continues_a_word(text, found.start()) and _looks_random(found[found.lastindex or 0][:_JUDGED]):
            kind = _KINDS[(found.lastindex or 1) - 1][0]
            return f"{kind} in line {text.count(chr(10), 0, found.start()) + 1}"
    return ""


def _continues_a_word(text: str, start: int) -> bool:
    """Return whether a token is only the end of a longer word; a letter after a backslash is an escape."""
    before = text[max(0, start - 2) : start]
    return text[start] not in "-_" and (before[-1:].isalnum() or before[-1:] == "_") and not before.startswith("\\")


def _looks_random(token: str) -> bool:
    """Return whether a token is random: no placeholder, sentence with dashes or part of the alphabet."""
    if _PLACEHOLDER.search(token):
        return False
    steps = sum(abs(ord(left) - ord(right)) <= 1 for left, right in pairwise(token))
    return _entropy(token) >= _LEAST_ENTROPY and steps < _WORD_LIKE * len(token)


def _entropy(token: str) -> float:
    """Return the Shannon entropy in bits per character."""
    shares = (count / len(token) for count in Counter(token).values())
    return -sum(share * math.log2(share) for share in shares)
