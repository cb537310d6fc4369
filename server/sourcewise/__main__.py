"""Starts the program after making sure that modules are imported only from the installation.

An empty entry in PYTHONPATH means the current folder, which may be a hostile repository with a `click.py`. This file
therefore imports only two modules that every Python loads before it runs a program.
"""

import os
import sys


def main() -> None:
    """Run the program and exit with its exit code."""
    _isolate_imports()
    try:
        from sourcewise.start import start  # noqa: PLC0415

        code = start(sys.argv[1:])
    except KeyboardInterrupt:  # while modules are imported; the commands handle it themselves
        code = 130
    sys.exit(code)


def _isolate_imports() -> None:
    """Remove the current folder or the script's folder, and the entries of PYTHONPATH, from the module search path."""
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
