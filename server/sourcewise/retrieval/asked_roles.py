"""Estimates which roles of files a question asks for: `where is X tested`, `docs: …`, `what changed in 2.0`.

A cue is a phrase with a strength from 0 to 1. The strengths of a role's cues combine like independent probabilities,
so a single common word (`test`, `config`) raises an estimate without deciding. Where the benchmark has enough questions
with a cue, its strength is the share of them that ask for the role, lowered where the benchmark's commit messages are
plainer than questions are; `server/RETRIEVAL.md` has the shares.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.file_role import FileRole

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Cue(NamedTuple):
    """A phrase that asks for a role, and the probability that a question with it does."""

    strength: float
    pattern: re.Pattern[str]


def _cue(strength: float, pattern: str) -> _Cue:
    return _Cue(strength, re.compile(pattern, re.IGNORECASE))


def _cue_as_written(strength: float, pattern: str) -> _Cue:
    return _Cue(strength, re.compile(pattern))


# Code that is about testing or documenting, not tests or documents: `the test client`, `JSON documents`.
_TOOL = r"(?! (?:client|runner|server|framework|harness|double|request|session|database|app|environment|helper)s?\b)"

_CUES: Mapping[FileRole, tuple[_Cue, ...]] = {
    FileRole.TEST: (
        _cue(0.95, r"^\W*(?:\w+[(/])?(?:tests?|specs?)\b[^:\s]*:"),
        _cue(0.95, r"\btest(?: ?cases?| ?suites?| coverage|s for|s that|s of)\b|\btest (?:for|that|of)\b"),
        _cue(
            0.9,
            r"\b(?:unit|integration|regression|acceptance|flak[ey]+|failing|missing|broken|slow)"
            r" (?:\S{1,40} )?(?:tests?|specs?)\b",
        ),
        _cue(
            0.9, r"\b(?:tests|specs|flak[ey]\w*)\b" + _TOOL + r"|\b(?:is|are|where|how|be) (?:\S{1,40} ){0,6}tested\b"
        ),
        _cue_as_written(
            0.9, r"\btest_\w+|\w_(?:tests?|spec)\b|\b[A-Z]\w+(?:Tests?|Spec)\b|[\w-]\.(?:test|spec)\.\w|\.phpt\b"
        ),
        _cue(0.6, r"\b(?:test|spec)\b" + _TOOL),
        _cue(
            0.4, r"\bassertions?\b|\bcoverage\b|\bfixtures?\b|\b(?:pytest|jest|rspec|junit|phpunit)\b|^\W*ci\b[^:\s]*:"
        ),
        _cue(0.2, r"\b(?:testing|tested|mocks?|stubs?|asserts?)\b"),
    ),
    FileRole.DOCUMENTATION: (
        _cue(0.95, r"^\W*(?:docs?|documentation|readme|guides?|manual|man|tutorial|faq)\b[^:\s]*(?:\([^)]*\))?:"),
        _cue(
            0.95,
            r"(?<![\w./-])[\w./-]{1,200}\.(?:md|mdx|rst|txt|adoc|markdown)\b(?<!\bCMakeLists\.txt)(?<!requirements\.txt)",
        ),
        _cue(0.9, r"\b(?:docs|readme)\b|^\W*document\b"),
        _cue_as_written(0.9, r"\b(?:CONTRIBUTING|MANUAL|GUIDE|FAQ|INSTALL|HACKING|SECURITY|TUTORIAL|UPGRADING)\b"),
        _cue(0.7, r"\b(?:documentation|instructions?|tutorials?|guides?|manual|faq|homepage)\b|\bin (?:the )?doc\b"),
        _cue(0.6, r"\b(?:clarif\w+|mentions?|reword\w*|rephras\w+|wording|readability|sentences?|paragraphs?)\b"),
        _cue(0.5, r"\bexamples?\b|\binstall(?:ation|ing)?\b|\bhow (?:do|can|should) (?:I|we|you)\b|\bdoc\b"),
        _cue(0.3, r"\b(?:note|notes|documented|pages?|sections?|terminology|explain)\b"),
    ),
    FileRole.CHANGELOG: (
        _cue(
            0.9, r"\bchange ?logs?\b|\brelease notes?\b|\bwhat(?:'s| is| was)? (?:new|changed)\b|\bbreaking changes?\b"
        ),
        _cue_as_written(0.9, r"\b(?:CHANGES|CHANGELOG|HISTORY|NEWS)\b"),
        _cue(
            0.5,
            r"\b(?:since|in|from|to|before|after) (?:version |release )?v?\d+\.\d+\b"
            r"|\bmigrat(?:e|ing) (?:from|to)\b|\bupgrad\w+",
        ),
    ),
    FileRole.CONFIGURATION: (
        _cue(
            0.8,
            r"\b(?:gemfile|cmake\w*|makefile|pyproject|dockerfile|tox|gemspec|rockspec|cabal file|setup\.(?:py|cfg))\b",
        ),
        _cue(
            0.8, r"\b(?:package\.json|cargo\.toml|go\.mod|pom\.xml|tsconfig|github actions?|workflow file|pre-commit)\b"
        ),
        _cue(0.5, r"^\W*(?:ci|build|deps|chore|packaging|cmake|bazel)\b[^:\s]*:|\b(?:un)?pin(?:ned|s)?\b"),
        _cue(
            0.4, r"\bhow (?:do|can|should) (?:I|we|you) configure\b|\bbuild (?:script|system|file)s?\b|\bdependenc\w+"
        ),
        _cue(0.2, r"\bconfig(?:ure|uration|s)?\b|\bsettings?\b|\bversions?\b|\bbuilds?\b"),
    ),
    FileRole.EXAMPLE: (
        _cue(0.7, r"\b(?:examples?|samples?|demos?) (?:of|for|that|showing|app\w*)\b|\bexample code\b"),
        _cue(0.4, r"\b(?:examples?|samples?|demos?)\b"),
    ),
    FileRole.BENCHMARK: (_cue(0.8, r"\bbenchmark\w*\b|\bperformance tests?\b"),),
    FileRole.VENDORED: (_cue(0.7, r"\bvendor(?:ed|ing)?\b|\bthird[- ]party\b|\bbundled\b"),),
    FileRole.DATA: (_cue(0.5, r"\b(?:csv|dataset|data (?:file|set)|translations?|locales?|svg)\b"),),
}


@lru_cache(maxsize=64)
def asked_roles(question: str) -> Mapping[FileRole, float]:
    """Return for each role how likely the question asks for files of it, 0 to 1; 0 without a cue."""
    return {
        role: 1 - math.prod(1 - cue.strength for cue in cues if cue.pattern.search(question))
        for role, cues in _CUES.items()
    }


def wanted_roles(question: str) -> frozenset[FileRole]:
    """Return the roles that the question more likely asks for than not; product code if there are none."""
    asked = frozenset(role for role, likelihood in asked_roles(question).items() if likelihood >= 0.5)
    return asked or frozenset({FileRole.CODE})
