"""The command line, with one module for each kind of command. `terminal` prints, `workspace` does the work."""

from sourcewise.cli.program import main, run

__all__ = ["main", "run"]
