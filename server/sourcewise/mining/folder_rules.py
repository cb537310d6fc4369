"""Decides which entries of a folder are ignored.

Hides the precedence of the rules: `.sourcewiseignore`, then the built-in list, then files that git tracks, then git's
rules. A nested repository is indexed like any other folder, but as in git, only its own git rules apply inside it.
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
        location: absolute path of the folder.
        path: its path in the indexed folder with a `/` at the end; empty for the indexed folder itself.
        repositories: the cached answers of git.
        refresh: ask git again, whatever is cached.
        git: git's rules, including those of this folder.
        own: the rules of `.sourcewiseignore` files.
        changed: True if git's excludes for this folder may differ from those of the previous scan.
        pruned_by: set in a folder that is ignored by this rule and entered only for tracked or re-included files.
    """

    location: Path
    path: str
    repositories: Repositories
    refresh: bool
    excludes: GitExcludes
    git: IgnoreStack
    own: IgnoreStack
    changed: bool
    pruned_by: IgnoreRule | None = None

    @classmethod
    def of(cls, folder: Path, repositories: Repositories, *, refresh: bool) -> FolderRules:
        """Return the rules of the indexed folder, which is indexed even if a repository around it ignores it."""
        excludes, changed = repositories.excludes(folder, refresh=refresh)
        rules = cls(folder, "", repositories, refresh, excludes, excludes.rules, IgnoreStack(), changed)
        return rules._with_own_files()

    def enter(self, name: str) -> FolderRules:
        """Return the rules of a subfolder."""
        path = self.path + name
        pruned_by = self._pruning_rule(path)
        child = replace(self, location=self.location / name, path=f"{path}/", changed=False, pruned_by=pruned_by)
        if is_repository(child.location):
            excludes, changed = self.repositories.excludes(child.location, child.path, refresh=self.refresh)
            child = replace(child, excludes=excludes, git=excludes.rules, changed=changed, pruned_by=None)
        return child._with_own_files()

    def ignored(self, name: str, *, is_folder: bool) -> str:
        """Return the rule that ignores an entry, with its file and line; empty if it is not ignored."""
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
