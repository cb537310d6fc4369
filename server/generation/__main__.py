"""Writes stale generated files: `npm run generate`. With `--check`, it lists them and fails instead."""

from __future__ import annotations

import sys
from pathlib import Path

from generation.artifacts import stale_artifacts

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    """Return the exit code."""
    stale = stale_artifacts(ROOT)
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path} is stale. Run `npm run generate`.\n")
        return 1 if stale else 0
    for path, text in stale.items():
        (ROOT / path).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
