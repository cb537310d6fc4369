"""Which entries of a folder are ignored.

Hides how the voices are weighed: the built-in list first, then `.sourcewiseignore`, then what git tracks, then git's
rules. A nested repository is indexed like any other folder, but as in git only its own git rules hold in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sourcewise.mining.git import is_repository
from sourcewise.mining.ignore_rules import IgnoreRule, IgnoreStack
from sourcewise.mining.regular_files import exists

if TYPE_CHECKING:
    from pathlib import Path

    from sourcewise.mining.git_excludes import GitExcludes, Repositories

BUILT_IN = "built-in"

_NEVER_FOLDERS = frozenset(
    {
        ".hg",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        "__pycache__",
        "node_modules",
    }
)


@dataclass(frozen=True, slots=True)
class FolderRules:
    """The rules for the entries of one folder.

    Attributes:
        location: where the folder is.
        path: its path in the indexed folder with a `/` at the end; empty for the indexed folder itself.
        repositories: what is remembered of git's answers.
        anew: ask git again in any case.
        git: git's rules, those of this folder included.
        own: the rules of `.sourcewiseignore` files.
        renewed: True where what git excludes from here on is not known to be what it was at the last look.
        pruned_by: set in a folder that git ignores and that is entered only for the tracked files in it.
    """

    location: Path
    path: str
    repositories: Repositories
    anew: bool
    excludes: GitExcludes
    git: IgnoreStack
    own: IgnoreStack
    renewed: bool
    pruned_by: IgnoreRule | None = None

    @classmethod
    def of(cls, folder: Path, repositories: Repositories, *, anew: bool) -> FolderRules:
        """Return the rules of the indexed folder itself, which is in even where a repository around it ignores it."""
        excludes, renewed = repositories.excludes(folder, anew=anew)
        rules = cls(folder, "", repositories, anew, excludes, excludes.rules, IgnoreStack(), renewed)
        return rules._with_own_files()

    def enter(self, name: str) -> FolderRules:
        """Return the rules of a folder in this one."""
        path = self.path + name
        pruned_by = self._pruning_rule(path)
        child = replace(self, location=self.location / name, path=f"{path}/", renewed=False, pruned_by=pruned_by)
        if is_repository(child.location):
            excludes, renewed = self.repositories.excludes(child.location, child.path, anew=self.anew)
            child = replace(child, excludes=excludes, git=excludes.rules, renewed=renewed, pruned_by=None)
        return child._with_own_files()

    def ignored(self, name: str, *, is_folder: bool) -> str:
        """Return the rule that keeps an entry out and where it stands; empty when it is not ignored."""
        if name == ".git" or (is_folder and (name in _NEVER_FOLDERS or self._is_environment(name))):
            return BUILT_IN
        path = self.path + name
        own = self.own.match(path, is_folder=is_folder)
        if own and not own.negated:
            return str(own)
        if path in self.excludes.tracked or (is_folder and path in self.excludes.tracked_folders):
            return ""
        if self.pruned_by:
            return str(self.pruned_by)
        git = None if own else self.git.match(path, is_folder=is_folder)
        return "" if git is None or git.negated else str(git)

    def _pruning_rule(self, path: str) -> IgnoreRule | None:
        if self.pruned_by or self.own.match(path, is_folder=True):
            return self.pruned_by
        rule = self.git.match(path, is_folder=True)
        return None if rule is None or rule.negated else rule

    def _is_environment(self, name: str) -> bool:
        return exists(self.location / name / "pyvenv.cfg")

    def _with_own_files(self) -> FolderRules:
        origin = f"{self.path}.gitignore"
        own_origin = f"{self.path}.sourcewiseignore"
        return replace(
            self,
            git=self.git.with_file(self.location / ".gitignore", origin, inside=self.path),
            own=self.own.with_file(self.location / ".sourcewiseignore", own_origin, inside=self.path),
        )
