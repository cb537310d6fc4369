"""Simulates a day's work on a folder in seconds: random edits, renames, deletions and checkouts."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

_BRANCHES = ("main", "feature")


class BusyWorker:
    """Changes one folder. Makes it a git repository with two branches that differ in every second file."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        """Create the repository."""
        self._folder = folder
        self._chance = chance
        self._count = 0
        self._git("init", "--quiet", "--initial-branch", _BRANCHES[0])
        self._commit("begin")
        self._git("checkout", "--quiet", "-b", _BRANCHES[1])
        for path in self._files()[::2]:
            self._append(path)
        self._commit("differ")

    def work(self) -> str:
        """Perform one random action and return its description."""
        actions: tuple[Callable[[], str], ...] = (
            self._edit,
            self._edit,
            self._save_often,
            self._create,
            self._rename_file,
            self._rename_folder,
            self._delete,
            self._swap_for_a_folder,
            self._check_out,
            self._clean,
        )
        # A clean after renames may leave no file; a checkout restores all files of its branch.
        return self._chance.choice(actions)() if self._files() else self._check_out()

    def mark(self) -> str:
        """Write a file that defines a new name, and return the name."""
        self._count += 1
        name = f"mark_of_round_{self._count}"
        (self._folder / f"{name}.py").write_text(f"def {name}():\n    return {self._count}\n")
        return name

    # --- actions ----------------------------------------------------------------------------------------

    def _edit(self) -> str:
        path = self._any_file()
        lines = path.read_text().splitlines(keepends=True)
        lines.insert(self._chance.randrange(len(lines) + 1), f"# edited {self._chance.random()}\n")
        path.write_text("".join(lines))
        return "edit"

    def _save_often(self) -> str:
        path = self._any_file()
        text = path.read_text()
        for number in range(100):
            aside = path.with_suffix(".saving")
            aside.write_text(f"{text}\n# saved {number} {self._chance.random()}\n")
            aside.replace(path)
        return "save 100 times"

    def _create(self) -> str:
        folder = self._folder / f"new{self._chance.randrange(10)}" / "deep"
        folder.mkdir(parents=True, exist_ok=True)
        source = self._any_file()
        shutil.copy(source, folder / f"copy_{self._chance.randrange(100)}_{source.name}")
        return "create"

    def _rename_file(self) -> str:
        path = self._any_file()
        path.rename(path.with_name(f"renamed_{self._chance.randrange(1000)}.py"))
        return "rename a file"

    def _rename_folder(self) -> str:
        folders = {path.parent for path in self._files()} - {self._folder}
        if folders:
            folder = self._chance.choice(sorted(folders))
            folder.rename(folder.with_name(f"folder_{self._chance.randrange(1000)}"))
        return "rename a folder"

    def _delete(self) -> str:
        if len(self._files()) > 8:
            self._any_file().unlink()
        return "delete"

    def _swap_for_a_folder(self) -> str:
        path = self._any_file()
        data = path.read_bytes()
        path.unlink()
        path.mkdir()
        (path / "inside.py").write_bytes(data)
        if self._chance.random() < 0.5:
            shutil.rmtree(path)
            path.write_bytes(data)
        return "swap a file for a folder"

    def _check_out(self) -> str:
        self._git("checkout", "--quiet", "--force", self._chance.choice(_BRANCHES))
        return "check out a branch"

    def _clean(self) -> str:
        self._git("clean", "-xdfq")
        return "git clean"

    # --- helpers ----------------------------------------------------------------------------------------

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.rglob("*.py") if path.is_file())

    def _any_file(self) -> Path:
        return self._chance.choice(self._files())

    def _append(self, path: Path) -> None:
        path.write_text(f"{path.read_text()}\n# of the branch {self._chance.random()}\n")

    def _commit(self, message: str) -> None:
        self._git("add", "--all")
        author = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
        self._git(*author, "commit", "--quiet", "--message", message)

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=self._folder, check=True, capture_output=True)
