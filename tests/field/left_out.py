"""Lists the files that Sourcewise would not index, or index only in part, for reading by eye.

It walks the given folders without any ignore rules, so that installed packages can serve as real code:

    npm run python -- tests/field/left_out.py .venv/lib/python*/site-packages node_modules > left_out.tsv

Each line of the output has the reason, the rule and the path, separated by tabs. Files whose long lines or rows of data
are left out have the reason `data`. The counts go to standard error.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sourcewise.domain.code import FileStamp, SkippedFile, SkipReason
from sourcewise.mining.entries import judge_stamp
from sourcewise.mining.miner import CodeMiner
from sourcewise.mining.reasons import is_outdated

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTED = frozenset(
    {
        SkipReason.BINARY,
        SkipReason.GENERATED,
        SkipReason.MINIFIED,
        SkipReason.PLACEHOLDER,
        SkipReason.SECRET,
        SkipReason.TOO_LARGE,
    }
)
_MOST_BYTES = 1_000_000


class Finding(NamedTuple):
    """A file with the reason why it is left out, in full or in part; an empty reason means that it is indexed."""

    reason: str
    rule: str
    path: Path


def findings(folder: Path) -> Iterator[Finding]:
    """Yield a finding for each regular file of a folder, however deep."""
    miner = CodeMiner(_MOST_BYTES)
    for location in _files(folder):
        path = location.relative_to(folder).as_posix()
        found = judge_stamp(FileStamp.of(path, location.lstat()), "", _MOST_BYTES)
        judged = miner.read(folder, found) if isinstance(found, FileStamp) else found
        if isinstance(judged, SkippedFile):
            yield Finding(judged.reason.value if judged.reason in _LISTED else "", judged.detail, location)
        else:
            is_abridged = is_outdated(None, judged.note, included=True)
            yield Finding("data" if is_abridged else "", judged.note, location)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", "__pycache__"))
        locations = (Path(place, name) for name in sorted(names))
        yield from (location for location in locations if location.is_file() and not location.is_symlink())


def main() -> None:
    """Print the findings for the folders on the command line."""
    if len(sys.argv) < 2:
        sys.exit("usage: left_out.py FOLDER [FOLDER ...]")
    counts: Counter[str] = Counter()
    for folder in map(Path, sys.argv[1:]):
        for finding in findings(folder):
            counts[finding.reason or "indexed, empty or unreadable"] += 1
            if finding.reason:
                sys.stdout.write("\t".join((finding.reason, finding.rule, os.fspath(finding.path))) + "\n")
    sys.stderr.write(f"{counts.total():,} files\n")
    for reason, number in counts.most_common():
        sys.stderr.write(f"{number:>9,} {reason}\n")


if __name__ == "__main__":
    main()
