"""Runs git operations that change many files while a server indexes the folder, and checks that the index is correct.

    npm run python -- tests/faults/git_day.py [SCENARIO …] [--files 5000]

Everything is real: git, the server, its workers, the model. Compares the index after each step with a fresh one of the
same tree. Exits with 1 if an index differs, or if a chunk is embedded twice.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

from scenarios import check, compared, compared_now, parser, run

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from live_index import LiveIndex

_FILES_A_FOLDER = 100
_COMMITS = 5


async def branches(index: LiveIndex, options: argparse.Namespace) -> str:
    """A checkout that changes thousands of files keeps the index correct, and the checkout back embeds nothing."""
    repository = Repository(index.folder)
    repository.write(options.files, "main")
    repository.commit("main")
    repository.git("checkout", "--quiet", "-b", "feature")
    repository.write(options.files, "feature")
    repository.commit("feature")
    repository.git("checkout", "--quiet", "main")
    made, report = [], []
    async with index.served():
        for branch in ("main", "feature", "main"):
            await asyncio.to_thread(repository.git, "checkout", "--quiet", branch)
            start = asyncio.get_running_loop().time()
            made.append((await index.settled()).made)
            seconds = asyncio.get_running_loop().time() - start
            report.append(f"{branch}: {await compared_now(index)} after {seconds:.0f} s")
    there, back = made[1] - made[0], made[2] - made[1]
    check((there, back) == (options.files, 0), f"the checkout embedded {there} chunks, the checkout back {back}")
    return f"{'; '.join(report)}; the checkout embedded {there} chunks, the checkout back {back}"


async def rebase(index: LiveIndex, options: argparse.Namespace) -> str:
    """A rebase of several commits onto a changed branch, with conflicts, keeps the index correct."""
    repository = Repository(index.folder)
    repository.write(60, "base")
    repository.commit("base")
    repository.git("checkout", "--quiet", "-b", "feature")
    for number in range(_COMMITS):
        repository.write(60, f"feature {number}", every=_COMMITS, start=number)
        repository.commit(f"feature {number}")
    repository.git("checkout", "--quiet", "main")
    repository.write(60, "main", every=7)
    repository.commit("main")
    repository.git("checkout", "--quiet", "feature")
    async with index.served():
        await index.settled()
        stops = await asyncio.to_thread(repository.rebase, "main")
        found = await compared(index)
    check(stops, "the rebase had no conflict")
    return f"{_COMMITS} commits, {stops} of them with conflicts; then {found}"


async def clean(index: LiveIndex, options: argparse.Namespace) -> str:
    """`git clean -xdf` removes indexed files that git does not track from the index."""
    repository = Repository(index.folder)
    repository.write(60, "tracked")
    repository.commit("tracked")
    repository.write(40, "untracked", folder="new")
    (index.folder / "ignored").mkdir()
    (index.folder / "ignored" / "built.py").write_text("def built():\n    return 1\n")
    (index.folder / ".git" / "info" / "exclude").write_text("ignored/\n")
    async with index.served():
        before = (await index.settled()).files
        await asyncio.to_thread(repository.git, "clean", "-xdfq")
        found = await compared(index)
        after = (await index.idle()).files
    check((before, after) == (101, 61), f"{before} files before, {after} after")
    return f"{before} files before; then {found}"


class Repository:
    """A git repository with small files of code."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.git("init", "--quiet", "--initial-branch", "main")

    def write(self, files: int, edition: str, folder: str = "code", every: int = 1, start: int = 0) -> None:
        """Write every n-th of the files (`every`), each with a function that names its edition."""
        for number in range(start, files, every):
            path = self._folder / folder / str(number // _FILES_A_FOLDER) / f"file_{number}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f'def number_{number}():\n    """Return what {edition} says."""\n    return {number}\n')

    def commit(self, message: str) -> None:
        """Commit all files."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def rebase(self, onto: str) -> int:
        """Rebase the branch, resolve conflicts with its own side, and return the number of commits with conflicts."""
        stops = 0
        code = self.git("rebase", "--quiet", onto, may_fail=True)
        while code and stops <= _COMMITS:
            stops += 1
            self.git("checkout", "--quiet", "--theirs", ".")
            self.git("add", "--update")
            code = self.git("-c", "core.editor=true", "rebase", "--continue", may_fail=True)
        return stops

    def git(self, *arguments: str, may_fail: bool = False) -> int:
        """Run git and return its exit code."""
        author = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
        command = ["git", *author, *arguments]
        return subprocess.run(command, cwd=self._folder, check=not may_fail, capture_output=True).returncode


def main() -> int:
    """Parse the options and run the scenarios."""
    scenarios = (branches, rebase, clean)
    arguments = parser(__doc__, scenarios)
    arguments.add_argument("--files", type=int, default=5000)
    return run(scenarios, arguments.parse_args())


if __name__ == "__main__":
    sys.exit(main())
