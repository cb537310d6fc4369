"""The door for people in a terminal: a file for each kind of command. `terminal` shows, `workspace` does."""

from sourcewise.cli.program import main, run

__all__ = ["main", "run"]
