"""Runs Sourcewise under debugpy, for a contributor's debugger. Never part of the wheel.

    python -EP -X frozen_modules=off server/debugged_server.py PORT lsp

A debugger may attach to the loopback port at any time and leave again; without one, the server runs as usual.
`python -m debugpy -m sourcewise` will not do: it puts the current folder on the module search path, from which the
server must import nothing.
"""

from __future__ import annotations

import runpy
import sys

import debugpy


def main(port: int, arguments: list[str]) -> None:
    """Listen for a debugger, then run Sourcewise with the arguments."""
    # The workers speak binary protocols over their standard streams, and a debugger would slow down each of them.
    debugpy.configure(subProcess=False)
    try:
        debugpy.listen(("127.0.0.1", port))
    except RuntimeError as error:  # another server has the port, such as that of a second window
        sys.stderr.write(f"No debugger can attach to port {port}: {error}\n")
    sys.argv = ["sourcewise", *arguments]
    runpy.run_module("sourcewise", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
