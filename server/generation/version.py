"""Copies the version from `package.json` into the Python package, which must not need that file at run time."""

from __future__ import annotations

import json
import re

_ASSIGNMENT = re.compile(r'^__version__ = ".*"$', re.MULTILINE)


def versioned(module: str, package: str) -> str:
    """Return the text of a Python module with the version of `package.json`.

    Args:
        module: the text of the module; it must assign `__version__`.
        package: the text of `package.json`.
    """
    version = json.loads(package)["version"]
    text, count = _ASSIGNMENT.subn(f'__version__ = "{version}"', module)
    if count != 1:
        raise ValueError("The module must assign __version__ exactly once.")
    return text
