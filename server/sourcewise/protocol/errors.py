"""The error that the server returns if the user can act on it."""

from __future__ import annotations

from attrs import frozen

USER_ERROR_CODE = -32010
"""The code of an error that the user can act on; its `data` is an `ErrorData`."""


@frozen
class ErrorData:
    """The `data` of a user error.

    Attributes:
        kind: the name of the error's class, for example `IndexBusyError`.
        hint: what to do next, as a sentence, or an empty string.
    """

    kind: str
    hint: str
