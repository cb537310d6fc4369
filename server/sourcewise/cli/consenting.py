"""Decides on the command line whether a prompt may leave the machine: by an option, or by asking in the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sourcewise.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sourcewise.domain.answer import Destination
    from sourcewise.llm.consent import Consent


def permission(consent: Consent, *, this_once: bool) -> Callable[[Destination], bool]:
    """Return a function that decides whether a prompt may be sent to a destination.

    Args:
        consent: the destinations that the user allowed for the folder; a "yes" in the terminal is added to them.
        this_once: allow every destination, and store none.
    """

    def may_send(destination: Destination) -> bool:
        if this_once or consent.covers(destination):
            return True
        if not _is_watched() or not _agreed(destination):
            return False
        consent.give(destination)
        return True

    return may_send


def _is_watched() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _agreed(destination: Destination) -> bool:
    # Whole lines only: the progress display redraws its line, and would overwrite an unfinished one.
    terminal.print_notice(
        f"{destination.model} runs at {destination.host}, not on this machine. "
        "Send the question and the code of the sources there, now and for later questions about this folder?"
    )
    terminal.print_notice("Type y to send them. Any other answer sends nothing.")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
