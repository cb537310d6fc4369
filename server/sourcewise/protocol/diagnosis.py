"""A report on the installation: `sourcewise/diagnose`."""

from __future__ import annotations

from attrs import frozen


@frozen
class DiagnoseParams:
    """No parameters."""


@frozen
class DiagnoseResult:
    """A report on the installation.

    Attributes:
        report: the report in Markdown. It can be shared: it contains no code, questions, user names or folder names.
    """

    report: str
