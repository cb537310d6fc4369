"""How the command line decides whether a prompt may leave the machine: by an option, or by asking at a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from sourcewise.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from sourcewise.domain.answer import Destination
    from sourcewise.llm.consent import Consent


def permission(consent: Consent, *, this_once: bool) -> Callable[[Destination], bool]:
    """Return a function that decides about a destination.

    Args:
        consent: what the user has allowed for the folder; an answer at the terminal is added.
        this_once: allow every destination, and remember none.
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
    # Whole lines only: the progress display redraws what it finds on a line of its own.
    terminal.print_notice(
        f"{destination.model} runs at {destination.host}, not on this machine. "
        "Send it the question and the code of the sources, now and whenever you ask about this folder?"
    )
    terminal.print_notice("Type y to send them. Anything else sends nothing.")
    return sys.stdin.readline().strip().lower() in ("y", "yes")
