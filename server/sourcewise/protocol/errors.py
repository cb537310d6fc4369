"""How the server says what went wrong, to those who can act on it."""

from __future__ import annotations

from attrs import frozen

USER_ERROR_CODE = -32010
"""The code of an error that the user can act on; its `data` is an `ErrorData`."""


@frozen
class ErrorData:
    """What comes with the message of a user error.

    Attributes:
        kind: name of the error's class, for example `IndexBusyError`.
        hint: one sentence that says what to do next, or an empty string.
    """

    kind: str
    hint: str
