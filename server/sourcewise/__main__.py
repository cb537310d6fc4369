"""Starts the program, having made sure that modules come from the installation and never from the current folder.

An empty entry in PYTHONPATH means the current folder, which may be a hostile repository with a `click.py`. So this file
imports nothing but two modules that every Python has loaded before it runs.
"""

import os
import sys


def main() -> None:
    """Run the command line."""
    _isolate_imports()
    from sourcewise.start import start  # noqa: PLC0415

    sys.exit(start(sys.argv[1:]))


def _isolate_imports() -> None:
    """Remove the folder that Python was started in or for, and what PYTHONPATH adds, from the module search path."""
    if not sys.flags.safe_path:
        del sys.path[:1]
    if sys.flags.ignore_environment:
        return
    added = {os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)}  # noqa: PTH100
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    installation = (sys.prefix, sys.base_prefix, package)
    sys.path[:] = [entry for entry in sys.path if entry not in added or entry.startswith(installation)]


if __name__ == "__main__":
    main()
