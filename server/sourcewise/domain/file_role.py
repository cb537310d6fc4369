"""The role of a file in its repository."""

from __future__ import annotations

from enum import StrEnum


class FileRole(StrEnum):
    """What a file is for; the values are the names that users type."""

    CODE = "code"
    TEST = "test"
    BENCHMARK = "benchmark"
    EXAMPLE = "example"
    DOCUMENTATION = "documentation"
    CHANGELOG = "changelog"
    CONFIGURATION = "configuration"
    GENERATED = "generated"
    VENDORED = "vendored"
    DATA = "data"
