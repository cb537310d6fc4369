"""Lists the generated files, and finds those that are stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.document import protocol_document
from generation.languages_page import languages_document
from generation.manifest import manifest, setting_names
from generation.settings_page import settings_document
from generation.typescript import protocol_module
from generation.version import versioned

if TYPE_CHECKING:
    from pathlib import Path


def artifacts(root: Path) -> dict[str, str]:
    """Return the text of each generated file, by its path in the repository."""
    package = (root / "package.json").read_text(encoding="utf-8")
    languages = (root / "server/LANGUAGES.md").read_text(encoding="utf-8")
    module = (root / "server/sourcewise/__init__.py").read_text(encoding="utf-8")
    return {
        "extension/src/generated/protocol.ts": protocol_module(),
        "extension/src/generated/settingNames.ts": setting_names(),
        "server/LANGUAGES.md": languages_document(languages),
        "server/PROTOCOL.md": protocol_document(),
        "server/SETTINGS.md": settings_document(),
        "server/sourcewise/__init__.py": versioned(module, package),
        "package.json": manifest(package),
    }


def stale_artifacts(root: Path) -> dict[str, str]:
    """Return the files that are missing or differ, with their expected text."""
    return {path: text for path, text in artifacts(root).items() if _read(root / path) != text}


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
