"""Words of code and prose: splits identifiers, finds the stems of words, and chooses the words worth searching.

The keyword index and its queries use the same words, so `parse_config`, `parseConfig` and "parse the config" match.
Runs of scripts without spaces become bigrams (`text.scripts`).

The keyword index can remove a chunk only by the words with which it was added. If you change the result of
`identifier_words`, raise `catalog_schema.SCHEMA_VERSION` too, and let `storage.keyword_upgrade` replace the old words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

from sourcewise.text.names import ANY_QUALIFIED_NAME, name_parts
from sourcewise.text.scripts import bigrams, changes_words, joins_by_underscore, normalized, separated, split_at_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

MAX_TERMS = 24

# Longer runs are hashes and encoded data; they are not split, because their parts mean nothing.
_MAX_SPLIT_LENGTH = 80

_TOKEN = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]{2,})+(?!\w)|\w+")
# Letters other than ASCII capitals count as lower case, so that a word like `größe` is not split.
_SMALL = r"[^\W\d_A-Z]"
_PART = re.compile(
    rf"[A-Z]+(?=[A-Z]{_SMALL})"  # the HTTP of HTTPServer
    rf"|[A-Z]?{_SMALL}+"
    r"|[A-Z]+"
    r"|\d+"
)

_PLAIN_NAME = r"[^\W\d]\w*"
_QUOTED = re.compile(r"(?<!`)(`+)([^`\n]+)\1(?!`)")
_QUOTED_NAME = re.compile(ANY_QUALIFIED_NAME)
# Outside of back quotes most marks are punctuation.
_CODE = re.compile(
    rf"(?P<marked>\$[^\W\d][\w$]*+|{_PLAIN_NAME}[?!](?=[ \t]++[a-z]))"
    rf"|(?P<path>{_PLAIN_NAME}(?:(?:\.|::|->|#){_PLAIN_NAME})*)(?P<call>\(\))?"
)
_HUMP = re.compile(r"[a-z0-9][A-Z]|[A-Z][A-Z][a-z]")

# The shortest stem of three letters or more that leaves one of these.
_STEM = re.compile(
    r"(.{3,}?)(?:i[sz]ations?|ations?|ators?|ating|ate[ds]?|it(?:y|ies)|i[sz](?:ers?|ing|e[ds]?)|ments?|[ae]nces?"
    r"|[ai]bles?|ings?|ions?|ives?|[eo]rs?|ie[ds]?|ed|es|als?|s|e|y)?",
    re.DOTALL,
)
_STOP_WORDS = frozenset(
    """
    a about actually after all also am an and any anything are as at be because been before being between both but
    by can cannot could did do does doing done each else explain find for from get gets give given had happen
    happening happens has have having he help here how i if in into is it its itself just know let like look
    looking may me might more most much must my need no not of on one only onto or other our out over please same
    shall she should show so some somewhere still such tell than that the their them then there these they thing
    this those through to too under understand until up us used uses using very via want was we were what when
    where whether which while who whom whose why will with within without work working works would you your
    """.split()  # noqa: SIM905 - a list of 150 quoted words reads worse
)


def identifier_words(text: str) -> str:
    """Return all words of code or prose, lower-cased and joined by spaces.

    A compound identifier appears whole and split: `parseHTTPHead` gives `parsehttphead parse http head`. A
    run of a script without spaces gives bigrams: `配置文件` gives `配置 置文 文件`.
    """
    pieces = split_at_runs(normalized(text))
    if len(pieces) == 1:
        return words_without_bigrams(pieces[0])
    words = [words_without_bigrams(piece) for piece in pieces]
    words[1::2] = [" ".join(bigrams(run)) for run in pieces[1::2]]
    return " ".join(filter(None, words))


def search_term(name: str) -> str:
    """Return one term that finds a whole name in the keyword index.

    It is the lower-cased name without its marks (`empty?`, `$reset`), or a phrase of several words if the name has
    letters of a script without spaces.
    """
    words = identifier_words(name)
    return words if changes_words(name) else words.partition(" ")[0] or name.lower()


def words_without_bigrams(text: str) -> str:
    """Return all words as `identifier_words` does, but without splitting runs of scripts without spaces.

    The keyword index of a catalog before version 3 has these words.
    """
    tokens = _TOKEN.findall(text)
    return " ".join(_split(token) if len(token) <= _MAX_SPLIT_LENGTH else token.lower() for token in tokens)


def query_terms(question: str) -> tuple[str, ...]:
    """Return the search terms of a question in order, without duplicates.

    Identifiers appear whole and split. English stop words are removed, unless nothing else is left. If there are more
    than `MAX_TERMS` words, identifiers and then the longest words are kept.
    """
    words = list(dict.fromkeys(_words(question)))
    terms = [word for word in words if word not in _STOP_WORDS] or words
    if len(terms) <= MAX_TERMS:
        return tuple(terms)
    compound = {token.lower() for token in _tokens(question) if len(_parts(token)) > 1}
    best = set(sorted(terms, key=lambda word: (word not in compound, -len(word)))[:MAX_TERMS])
    return tuple(word for word in terms if word in best)


def has_only_stop_words(question: str) -> bool:
    """Return whether all words of a question are English stop words."""
    return all(word in _STOP_WORDS for word in _words(question))


def weighted_terms(
    question: str, inverse_document_frequency: Callable[[Sequence[str]], Mapping[str, float]]
) -> dict[str, float]:
    """Return the `MAX_TERMS` terms of a question with the highest TF-IDF, with their IDF as weights.

    An issue text has a hundred words; its topic shows in the rare words that it repeats.

    Args:
        question: of any length.
        inverse_document_frequency: returns the inverse document frequency of words, 0 for words of no chunk.
    """
    counted = Counter(_words(question))
    words = [word for word in counted if word not in _STOP_WORDS] or list(counted)
    weights = inverse_document_frequency(words)
    best = sorted(words, key=lambda word: -weights[word] * (1 + math.log(counted[word])))[:MAX_TERMS]
    return {word: weights[word] for word in words if word in frozenset(best)}


@lru_cache(maxsize=65_536)
def root(word: str) -> str:
    """Return the stem of a word: `router`, `routes` and `routing` have the same.

    It stems more aggressively than a stemmer for prose: a question about how something is validated should find the
    validator.
    """
    match = _STEM.fullmatch(word)
    stem = match[1] if match else word
    doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl"
    return stem[:-1] if doubled else stem


def identifiers_in(question: str) -> tuple[str, ...]:
    """Return the tokens of a question that look like code, in order, without duplicates.

    They are back-quoted names, `snake_case`, `CamelCase`, `dotted.names` and `calls()`, as written but without the
    parentheses. They may touch text in a script without spaces: `请问parse_config函数`.
    """
    quoted = (found for _, span in _QUOTED.findall(question) for found in _names_of_quote(span))
    text = normalized(_QUOTED.sub(" ", question))
    bare = (match["path"] or match["marked"] for match in _CODE.finditer(separated(text)) if _looks_like_code(match))
    return tuple(dict.fromkeys((*quoted, *bare, *_names_with_joined_scripts(text))))


def _names_with_joined_scripts(text: str) -> Iterator[str]:
    """Yield names that join scripts by an underscore, as `test_解析` does; `separated` splits them."""
    return (path for match in _CODE.finditer(text) if (path := match["path"]) and joins_by_underscore(path))


def _words(question: str) -> Iterator[str]:
    for number, piece in enumerate(split_at_runs(normalized(question))):
        if number % 2:
            yield from bigrams(piece)
        else:
            yield from (word for token in _TOKEN.findall(piece) for word in _whole_and_parts(token))


def _tokens(question: str) -> Iterator[str]:
    """Yield the tokens of a question outside of runs of scripts without spaces."""
    return (token for piece in split_at_runs(normalized(question))[::2] for token in _TOKEN.findall(piece))


# Code repeats its words: without the cache, splitting took half of the time of storing a chunk.
@lru_cache(maxsize=65_536)
def _split(token: str) -> str:
    return " ".join(_whole_and_parts(token))


def _whole_and_parts(token: str) -> Iterator[str]:
    yield token.lower()
    parts = _parts(token)
    if len(parts) > 1 or (parts and len(parts[0]) < len(token)):
        # Single letters and digits would fill the index without helping a search; the whole word contains them.
        yield from (part for part in parts if len(part) > 1)


def _parts(token: str) -> list[str]:
    if len(token) > _MAX_SPLIT_LENGTH:
        return []
    return [part.lower() for part in _PART.findall(token)]


def _names_of_quote(span: str) -> Iterable[str]:
    """Return the first name of a back-quoted span: the called name, or the name before the arguments."""
    match = _QUOTED_NAME.search(span)
    return (match.group(),) if match else ()


def _looks_like_code(match: re.Match[str]) -> bool:
    path = match["path"]
    if path is None or match["call"] or _HUMP.search(path) or "_" in path:
        return True
    parts = name_parts(path)
    return len(parts) > 1 and any(len(part) > 1 for part in parts)
