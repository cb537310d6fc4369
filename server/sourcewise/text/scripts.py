"""Scripts without spaces between words: splits runs of their letters into overlapping bigrams.

Chinese, Japanese, Thai, Lao, Khmer and Burmese put no space between words; Korean and Tibetan attach endings to words.
Bigrams need no dictionary: a word in a question and the same word inside a longer run share all bigrams of the word.
Text without these scripts is never changed.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Letters of Chinese, Japanese and Korean, including half-width forms, parts of syllables and voicing marks.
_EAST_ASIAN = (
    "\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb\uf900-\ufaff\uff66-\uff9f"
    "\uffa1-\uffdc\U00020000-\U000323af"
)
# Letters of Thai, Lao, Tibetan, Burmese and Khmer, and their combining marks, but no digits and no punctuation.
_THAI_LETTERS = "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46"
_THAI_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_LAO_LETTERS = "\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"
_LAO_MARKS = "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"
_TIBETAN_LETTERS, _TIBETAN_MARKS = "\u0f40-\u0f6c\u0f88-\u0f8c", "\u0f71-\u0f84\u0f8d-\u0fbc"
_BURMESE_LETTERS = "\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"
_BURMESE_MARKS = (
    "\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d"
)
_KHMER_LETTERS, _KHMER_MARKS = "\u1780-\u17b3\u17d7\u17dc", "\u17b4-\u17d3\u17dd"

_MARKS = _THAI_MARKS + _LAO_MARKS + _TIBETAN_MARKS + _BURMESE_MARKS + _KHMER_MARKS
_LETTERS = _EAST_ASIAN + _THAI_LETTERS + _LAO_LETTERS + _TIBETAN_LETTERS + _BURMESE_LETTERS + _KHMER_LETTERS
_ALL = _LETTERS + _MARKS

_RUN = re.compile(f"([{_ALL}]+)")
_CHARACTER = re.compile(f"[^{_MARKS}][{_MARKS}]*|[{_MARKS}]+")
_MARK = re.compile(f"[{_MARKS}\u3099\u309a]")
# The private-use area begins here; the marks differ in the last three digits of their hexadecimal code points.
_PRIVATE_USE, _MARK_RANGE = 0xE000, 0x1000
# Between a letter of these scripts and any other word character.
_BORDER = re.compile(rf"(?<=[{_ALL}])(?=[^\W{_ALL}])|(?<=[^\W{_ALL}])(?=[{_ALL}])")
_JOINED = re.compile(f"_[{_ALL}]|[{_ALL}]_")
# Forms with another spelling: full width, half width, compatibility ideographs, and parts of syllables.
_VARIANT = re.compile("[\uff01-\uff5e\uff66-\uff9f\uffa1-\uffdc\uf900-\ufaff\u1100-\u11ff\u3099\u309a\u3131-\u318e]")
_EAST_ASIAN_RUN = re.compile(f"[{_EAST_ASIAN}\uff01-\uff5e]+")


def normalized(text: str) -> str:
    """Return a text with East Asian letters in one spelling (NFKC).

    An input method may type full-width Latin letters or half-width katakana, and macOS stores file names with
    decomposed Hangul and kana.
    """
    if text.isascii() or not _VARIANT.search(text):
        return text
    return _EAST_ASIAN_RUN.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text)


def split_at_runs(text: str) -> Sequence[str]:
    """Split a text into other text and runs of these scripts, alternating; the first piece is other text."""
    return (text,) if text.isascii() else _RUN.split(text)


def bigrams(run: str) -> list[str]:
    """Return the overlapping pairs of characters of a run; a single character is returned alone.

    A letter with its combining marks counts as one character.
    """
    characters = _CHARACTER.findall(run)
    return [first + second for first, second in pairwise(characters)] or characters


def separated(text: str) -> str:
    """Put a space between these scripts and the identifiers that touch them: `请问parse_config函数`."""
    return text if text.isascii() else _BORDER.sub(" ", text)


def spellings(text: str) -> tuple[str, ...]:
    """Return the spellings of a text in which to look for a name: as written, and `separated` if that differs."""
    apart = separated(text)
    return (text,) if apart == text else (text, apart)


def joins_by_underscore(name: str) -> bool:
    """Return whether a name has an underscore next to a letter of these scripts."""
    return not name.isascii() and bool(_JOINED.search(name))


def marks_as_letters(words: str) -> str:
    """Replace combining marks of these scripts by private-use characters, one for each.

    SQLite's full-text index would split a bigram at its marks; it indexes private-use characters like letters.
    """
    return words if words.isascii() else _MARK.sub(lambda mark: chr(_PRIVATE_USE + ord(mark[0]) % _MARK_RANGE), words)


def changes_words(text: str) -> bool:
    """Return whether a text has letters of these scripts, or other forms of letters that `normalized` replaces."""
    return not text.isascii() and bool(_RUN.search(text) or _VARIANT.search(text))
