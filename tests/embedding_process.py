"""Embeds for every server and command that a test run starts, so that each of them need not load the model anew.

    python tests/embedding_process.py DATA MODELS

It says so when it is ready, and ends with its standard input.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sourcewise.embedding import Embedder
from sourcewise.embedding.model_names import CPU_MODEL
from sourcewise.embedding.shared_embedder import SharedEmbedder
from sourcewise.paths import DataPaths
from sourcewise.weights import WeightsStore


def main() -> None:
    """Serve."""
    data, weights = DataPaths(Path(sys.argv[1])), WeightsStore(Path(sys.argv[2]))
    own = Embedder(weights.ensure, threads=0, log_file=data.log)
    shared = SharedEmbedder(own, data.embedder_lock, data.embedder_address)
    shared.embed_question(CPU_MODEL, "Is it there?")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    shared.close()


if __name__ == "__main__":
    main()
