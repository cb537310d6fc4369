"""A report on the installation: `sourcewise/diagnose`."""

from __future__ import annotations

from attrs import frozen


@frozen
class DiagnoseParams:
    """Nothing needs to be said."""


@frozen
class DiagnoseResult:
    """A report in Markdown that may be shown to others: without code, questions, user or folder names."""

    report: str
