"""The real server with two test methods: one lists the loaded modules, one writes noise to standard output."""

from __future__ import annotations

import os
import subprocess
import sys

from sourcewise.lsp import make_server, run
from sourcewise.paths import DataPaths
from sourcewise.settings import Settings

server = make_server(Settings(), DataPaths.default())


@server.feature("test/modules")
def modules(_: None) -> list[str]:
    return sorted(sys.modules)


@server.feature("test/noise")
def noise(_: None) -> str:
    sys.stdout.write("printed\n")
    sys.stdout.flush()
    os.write(1, b"written\n")
    subprocess.run([sys.executable, "-c", "import sys; print('child', sys.stdin.read())"], check=True)
    return "done"


if __name__ == "__main__":
    run(server)
